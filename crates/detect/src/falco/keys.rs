//! Every key that a `falco.yaml` can have: those of Falco 0.44's schema, and those that older files still hold.

/// Paths of keys; `[]` stands for the items of a list, `*` for any key, `**` for anything below.
const KEYS: &[&str] = &[
    "append_output[].match.source",
    "append_output[].match.tags[]",
    "append_output[].match.rule",
    "append_output[].extra_output",
    "append_output[].extra_fields[].*",
    "append_output[].suggested_output",
    "static_fields.*",
    "config_files[].path",
    "config_files[].strategy",
    "watch_config_files",
    "plugins_hostinfo",
    "rules_files[]",
    "rules_file[]",
    "rule_files[]",
    "rules[].enable.rule",
    "rules[].enable.tag",
    "rules[].disable.rule",
    "rules[].disable.tag",
    "engine.kind",
    "engine.kmod.buf_size_preset",
    "engine.kmod.drop_failed_exit",
    "engine.ebpf.probe",
    "engine.ebpf.buf_size_preset",
    "engine.ebpf.drop_failed_exit",
    "engine.modern_ebpf.cpus_for_each_buffer",
    "engine.modern_ebpf.buf_size_preset",
    "engine.modern_ebpf.drop_failed_exit",
    "engine.replay.capture_file",
    "engine.gvisor.config",
    "engine.gvisor.root",
    "capture.enabled",
    "capture.path_prefix",
    "capture.mode",
    "capture.default_duration",
    "load_plugins[]",
    "plugins[].name",
    "plugins[].library_path",
    "plugins[].init_config.**",
    "plugins[].open_params",
    "time_format_iso_8601",
    "buffer_format_base64",
    "priority",
    "json_output",
    "json_include_output_property",
    "json_include_message_property",
    "json_include_output_fields_property",
    "json_include_tags_property",
    "buffered_outputs",
    "rule_matching",
    "outputs_queue.capacity",
    "outputs.rate",
    "outputs.max_burst",
    "stdout_output.enabled",
    "syslog_output.enabled",
    "file_output.enabled",
    "file_output.keep_alive",
    "file_output.filename",
    "http_output.enabled",
    "http_output.url",
    "http_output.user_agent",
    "http_output.insecure",
    "http_output.ca_cert",
    "http_output.ca_bundle",
    "http_output.ca_path",
    "http_output.mtls",
    "http_output.client_cert",
    "http_output.client_key",
    "http_output.echo",
    "http_output.compress_uploads",
    "http_output.keep_alive",
    "http_output.max_consecutive_timeouts",
    "program_output.enabled",
    "program_output.keep_alive",
    "program_output.program",
    "grpc_output.enabled",
    "grpc.enabled",
    "grpc.bind_address",
    "grpc.threadiness",
    "grpc.private_key",
    "grpc.cert_chain",
    "grpc.root_certs",
    "webserver.enabled",
    "webserver.threadiness",
    "webserver.listen_port",
    "webserver.listen_address",
    "webserver.k8s_healthz_endpoint",
    "webserver.prometheus_metrics_enabled",
    "webserver.ssl_enabled",
    "webserver.ssl_certificate",
    "log_stderr",
    "log_syslog",
    "log_level",
    "libs_logger.enabled",
    "libs_logger.severity",
    "output_timeout",
    "syscall_event_timeouts.max_consecutives",
    "syscall_event_drops.threshold",
    "syscall_event_drops.actions[]",
    "syscall_event_drops.rate",
    "syscall_event_drops.max_burst",
    "syscall_event_drops.simulate_drops",
    "syscall_buf_size_preset",
    "syscall_drop_failed_exit",
    "modern_bpf.cpus_for_each_syscall_buffer",
    "metadata_download.**",
    "metrics.enabled",
    "metrics.interval",
    "metrics.output_rule",
    "metrics.output_file",
    "metrics.rules_counters_enabled",
    "metrics.resource_utilization_enabled",
    "metrics.state_counters_enabled",
    "metrics.kernel_event_counters_enabled",
    "metrics.kernel_event_counters_per_cpu_enabled",
    "metrics.libbpf_stats_enabled",
    "metrics.plugins_metrics_enabled",
    "metrics.jemalloc_stats_enabled",
    "metrics.convert_memory_to_mb",
    "metrics.include_empty_values",
    "base_syscalls.all",
    "base_syscalls.custom_set[]",
    "base_syscalls.repair",
    "falco_libs.thread_table_size",
    "falco_libs.thread_table_auto_purging_interval_s",
    "falco_libs.thread_table_auto_purging_thread_timeout_s",
    "falco_libs.snaplen",
    "container_engines.docker.enabled",
    "container_engines.cri.enabled",
    "container_engines.cri.sockets[]",
    "container_engines.cri.disable_async",
    "container_engines.podman.enabled",
    "container_engines.lxc.enabled",
    "container_engines.libvirt_lxc.enabled",
    "container_engines.bpm.enabled",
];

/// Whether a key at this path means something to Falco. `path` is dotted, `[]` behind lists, as above.
pub(super) fn is_known(path: &str) -> bool {
    KEYS.iter().any(|key| begins(key, path))
}

/// Whether a known key is a path, or lies below it.
fn begins(key: &str, path: &str) -> bool {
    let mut keys = key.split('.');
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        match keys.next() {
            Some("**") => return true,
            Some("*") => {}
            Some(known) if known == part || is_last && known.strip_suffix("[]") == Some(part) => {}
            _ => return false,
        }
    }
    true
}

/// The key that looks most like one that nobody knows, among those that can stand beside it, or anywhere at the top.
pub(super) fn nearest(path: &str) -> Option<String> {
    let (parent, name) = path.rsplit_once('.').map_or(("", path), |(parent, name)| (parent, name));
    let beside = KEYS.iter().filter_map(|key| {
        let rest = if parent.is_empty() { key } else { key.strip_prefix(parent)?.strip_prefix('.')? };
        Some(rest.split('.').next().unwrap_or(rest).trim_end_matches("[]"))
    });
    let far = (name.len() / 3).clamp(1, 4);
    let distances = beside.map(|known| (strsim::damerau_levenshtein(name, known), known));
    let near = distances.filter(|(distance, known)| *distance <= far && *known != "*").min();
    near.map(|(_, known)| known.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_known_up_to_their_leaves() {
        for known in [
            "rules_files",
            "append_output[]",
            "append_output[].match",
            "append_output[].extra_fields[].anything",
            "plugins[].init_config.a.b",
            "static_fields.x",
            "http_output.url",
        ] {
            assert!(is_known(known), "{known}");
        }
        for unknown in ["rules_filess", "http_output.uri", "http_output.url.x", "append_output.match", "x"] {
            assert!(!is_known(unknown), "{unknown}");
        }
        assert_eq!(nearest("rules_filess").as_deref(), Some("rules_files"));
        assert_eq!(nearest("http_output.uri").as_deref(), Some("url"));
        assert_eq!(nearest("nothing_like_it"), None);
    }
}
