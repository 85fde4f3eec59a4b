use std::collections::BTreeMap;

use ironsides_settings::{File, FileKind, Gap, Host, Process};

use super::*;

fn ran(script: &str, host: &Host) -> Result<(String, u8), String> {
    run(script, host, &Variables::default()).map(|ran| (ran.text, ran.status)).map_err(|unsure| unsure.0)
}

/// What dash prints with the coreutils, findutils and procps of Debian 12, both streams together, and the exit status.
const RECORDED: &[(&str, &str, u8)] = &[
    (r"echo a b | sed 's%\(a\) %<\1>%'", "<a>b\n", 0),
    (r"printf 'x --cni-conf-dir=/etc/cni y\n' | sed 's%.*cni-conf-dir[= ]\([^ ]*\).*%\1%'", "/etc/cni\n", 0),
    (
        r"printf 'x --data-dir /var/lib/etcd --z\n' | sed 's%.*data-dir[= ]\([^ ]*\).*%\1%'",
        "/var/lib/etcd\n",
        0,
    ),
    (
        r"printf 'kubelet --client-ca-file=/a/b --x\n' | awk -F '--client-ca-file=' '{print $2}' | awk '{print $1}' | uniq",
        "/a/b\n",
        0,
    ),
    (
        r"printf 'providers:\n- aescbc:\n    keys\n' | grep -A1 'providers:' | tail -n1 | grep -o '[A-Za-z]*' | sed 's/^/provider=/'",
        "provider=aescbc\n",
        0,
    ),
    (r"printf 'a\nb\nc\n' | grep -v b", "a\nc\n", 0),
    (r"printf 'a\nb\nc\nd\ne\na\n' | grep -A1 a", "a\nb\n--\na\n", 0),
    (r"printf 'a\nb\n' | grep -c x; echo $?", "0\n1\n", 0),
    (r"printf 'one two\n' | grep -w on; echo $?", "1\n", 0),
    (r"printf 'a.b\naxb\n' | grep -F a.b", "a.b\n", 0),
    (r"printf 'a+b\naab\n' | grep 'a+b'", "a+b\n", 0),
    (r"printf 'aab\n' | grep -E 'a+b'", "aab\n", 0),
    (r"printf 'a|b\n' | grep 'a|b'", "a|b\n", 0),
    (r"printf 'x=1,y=2\n' | cut -d , -f 2", "y=2\n", 0),
    (r"printf 'b\na\nb\n' | sort | uniq -c", "      1 a\n      2 b\n", 0),
    (r"printf 'b\na\nb\n' | sort -u", "a\nb\n", 0),
    (r"printf 'a\nb\nc\n' | head -2", "a\nb\n", 0),
    (r"printf 'a\nb\nc\n' | tail -n 1", "c\n", 0),
    ("printf ' 12 ' | tr -d ' '", "12", 0),
    (r"printf 'ab\n' | tr a-z A-Z", "AB\n", 0),
    ("if test -z; then echo yes; else echo no; fi", "yes\n", 0),
    ("if test -e $NOTHING; then echo yes; fi", "yes\n", 0),
    ("X=; if test -z $X; then X=5; fi; echo $X", "5\n", 0),
    (r#"for d in $(printf 'a b\nc'); do echo "<$d>"; done"#, "<a>\n<b>\n<c>\n", 0),
    (r#"echo ${X:-def} '${X}' "$X.""#, "def ${X} .\n", 0),
    ("false || echo or && echo and", "or\nand\n", 0),
    ("! false; echo $?", "0\n", 0),
    ("(X=1; echo $X); echo .$X.", "1\n..\n", 0),
    ("X=1; echo 2 | X=3; echo $X", "1\n", 0),
    ("echo a 2>/dev/null | wc -l", "1\n", 0),
    (r#"/bin/sh -c 'echo "in ner"'"#, "in ner\n", 0),
    ("Y=1; sh -c 'echo [$Y]'", "[]\n", 0),
    (r"printf 'a b\nc\n' | xargs echo +", "+ a b c\n", 0),
    (r"printf 'a b\nc\n' | xargs -I{} echo '<{}>'", "<a b>\n<c>\n", 0),
    ("printf '' | xargs echo none", "none\n", 0),
    ("printf '' | xargs -r echo none", "", 0),
    ("printf '1 2 3' | xargs -n2 echo", "1 2\n3\n", 0),
    ("test 3 -gt 2 && echo gt", "gt\n", 0),
    ("[ a = b ]; echo $?", "1\n", 0),
    ("[ ! -n '' ] && echo empty", "empty\n", 0),
    ("echo `echo back`", "back\n", 0),
    ("echo one; exit 3; echo two", "one\n", 3),
    (r"printf 'a\nb\n' | sed -n '2p'", "b\n", 0),
    (r"printf 'a\nb\n' | sed '/a/d'", "b\n", 0),
    (r"printf 'aXbX\n' | sed 's/X/-/g'", "a-b-\n", 0),
    (r"printf 'aXbX\n' | sed -E 's/(a|b)X/\1&/'", "aaXbX\n", 0),
    (r#"printf 'k: v\n' | awk -F': ' '{print $2 "!"}'"#, "v!\n", 0),
    (r"printf 'a b c\n' | awk '{print $1, $NF}'", "a c\n", 0),
    (r"printf 'x\ny\n' | awk 'NR==2 {print $0}'", "y\n", 0),
    (r"printf 'x 1\ny 2\n' | awk '/y/ {print $2}'", "2\n", 0),
    ("basename /a/b/c.conf; dirname /a/b/c.conf", "c.conf\n/a/b\n", 0),
    ("echo a \\\n  b # comment\necho c", "a b\nc\n", 0),
    (r#"A=$(echo x; echo y); echo $A; echo "$A""#, "x y\nx\ny\n", 0),
    ("echo 'it''s'", "its\n", 0),
    ("{ echo a; echo b; } | tail -n1", "b\n", 0),
    ("if false; then echo 1; elif true; then echo 2; else echo 3; fi", "2\n", 0),
    (r"printf 'permissions=600 /a\n' | grep -o 'permissions=[0-9]\{3\}'", "permissions=600\n", 0),
    (r"printf 'a\tb\n' | cut -f2", "b\n", 0),
    ("echo a > /dev/null; echo b 1>&2", "b\n", 0),
    (r"printf 'x:[y]\n' | grep ':\[y\]'", "x:[y]\n", 0),
    (r"printf 'ab12\n' | grep -o '[[:digit:]]*'", "12\n", 0),
];

#[test]
fn scripts_print_what_a_shell_prints() {
    let host = Host::new("node-1");
    for (script, text, status) in RECORDED {
        assert_eq!(ran(script, &host), Ok(((*text).to_owned(), *status)), "{script}");
    }
}

fn file(mode: u32, user: &str, content: Option<&str>) -> File {
    let (user, group) = (Some(user.to_owned()), Some(user.to_owned()));
    let content = content.map(str::to_owned);
    File { mode: Some(mode), uid: Some(0), gid: Some(0), user, group, content, ..File::default() }
}

fn folder(mode: u32, entries: &[&str]) -> File {
    let entries = Some(entries.iter().map(|entry| (*entry).to_owned()).collect());
    File { kind: FileKind::Directory, entries, ..file(mode, "root", None) }
}

fn host() -> Host {
    let mut host = Host::new("node-1");
    let process = |pid, program: &str, line: &str| Process {
        pid,
        parent: 1,
        program: program.into(),
        arguments: line.split(' ').map(str::to_owned).collect(),
        ..Process::default()
    };
    host.processes = vec![
        process(812, "kubelet", "/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml"),
        Process {
            environment: BTreeMap::from([("ETCD_AUTO_TLS".into(), "false".into())]),
            ..process(90, "etcd", "etcd --data-dir=/var/lib/etcd")
        },
        process(
            700,
            "kube-controller-manager",
            "kube-controller-manager --profiling=false --root-ca-file /etc/kubernetes/pki/ca.crt",
        ),
    ];
    let files = [
        ("/etc/kubernetes", folder(0o755, &["admin.conf", "pki/"])),
        ("/etc/kubernetes/admin.conf", file(0o600, "root", Some("a: b\n"))),
        ("/etc/kubernetes/pki", folder(0o755, &["ca.crt", "ca.key", "etcd/", "front.crt"])),
        ("/etc/kubernetes/pki/ca.crt", file(0o644, "root", Some("x"))),
        ("/etc/kubernetes/pki/ca.key", file(0o640, "root", None)),
        ("/etc/kubernetes/pki/front.crt", file(0o1644, "kube", None)),
        ("/etc/kubernetes/pki/etcd", folder(0o700, &["ca.crt"])),
        ("/etc/kubernetes/pki/etcd/ca.crt", file(0o644, "root", None)),
        ("/var/lib/kubelet/config.yaml", file(0o600, "root", Some("readOnlyPort: 0\n"))),
        ("/var/lib/etcd", folder(0o700, &[])),
        ("/var/lib/cni", File { kind: FileKind::Missing, ..File::default() }),
        (
            "/etc/secret",
            File { kind: FileKind::Unreadable, why: Some("permission denied".into()), ..File::default() },
        ),
    ];
    host.files = files.into_iter().map(|(path, file)| (path.to_owned(), file)).collect();
    host
}

#[test]
fn commands_about_a_host_print_what_they_would_print_there() {
    let host = host();
    let cases = [
        ("/bin/sh -c 'stat -c permissions=%a /etc/kubernetes/admin.conf'", "permissions=600\n", 0),
        ("/bin/sh -c \"stat -c %U:%G /etc/kubernetes/pki/front.crt\"", "kube:kube\n", 0),
        ("stat -c '%a %n' /etc/kubernetes/pki/front.crt", "1644 /etc/kubernetes/pki/front.crt\n", 0),
        (
            "stat -c %a /etc/kubernetes/no.conf",
            "stat: cannot statx '/etc/kubernetes/no.conf': No such file or directory\n",
            1,
        ),
        ("/bin/sh -c 'if test -e /etc/kubernetes/no; then stat -c %a /etc/kubernetes/no; fi'", "", 0),
        ("ls_is=1; stat -c %a /etc/kubernetes/pki/*.key", "640\n", 0),
        (
            "stat -c %a /etc/kubernetes/pki/*.pem",
            "stat: cannot statx '/etc/kubernetes/pki/*.pem': No such file or directory\n",
            1,
        ),
        (
            "find /etc/kubernetes/pki/ -name '*.crt' | xargs stat -c permissions=%a",
            "permissions=644\npermissions=644\npermissions=1644\n",
            0,
        ),
        ("find /etc/kubernetes/pki -type d", "/etc/kubernetes/pki\n/etc/kubernetes/pki/etcd\n", 0),
        (
            "find /etc/kubernetes/pki -maxdepth 1 -type f",
            "/etc/kubernetes/pki/ca.crt\n/etc/kubernetes/pki/ca.key\n/etc/kubernetes/pki/front.crt\n",
            0,
        ),
        ("find /etc/kubernetes/pki -mindepth 2", "/etc/kubernetes/pki/etcd/ca.crt\n", 0),
        (
            "find /var/lib/cni/networks -type f 2> /dev/null | xargs --no-run-if-empty stat -c permissions=%a",
            "",
            0,
        ),
        ("find /var/lib/cni/networks", "find: '/var/lib/cni/networks': No such file or directory\n", 1),
        (
            "find /var/lib/cni/networks | xargs stat -c %a 2>/dev/null",
            "find: '/var/lib/cni/networks': No such file or directory\n",
            123,
        ),
        ("/bin/cat /var/lib/kubelet/config.yaml", "readOnlyPort: 0\n", 0),
        ("cat /etc/kubernetes/no.yaml", "cat: /etc/kubernetes/no.yaml: No such file or directory\n", 1),
        ("ps -C etcd -o pid=", "90\n", 0),
        ("ps -C kube-controller-manager -o cmd --no-headers | awk '{print $2}'", "--profiling=false\n", 0),
        ("ps -C kube-controller -o comm=", "kube-controller\n", 0),
        ("ps -C kube-proxy -o cmd=", "", 1),
        ("/bin/ps -ef | grep apiserver | grep -v grep", "", 1),
        ("ps -ef | grep kubelet | wc -l", "1\n", 0),
        ("/bin/ps -fC kube-proxy", "UID        PID  PPID  C STIME TTY          TIME CMD\n", 1),
        (
            "/bin/ps -fC kubelet | tail -n1 | tr -s ' ' | cut -d ' ' -f 1,2,3,8,9",
            "root 812 1 /usr/bin/kubelet --config=/var/lib/kubelet/config.yaml\n",
            0,
        ),
        (
            "cat \"/proc/$(/bin/ps -C etcd -o pid= | tr -d ' ')/environ\" | tr '\\0' '\\n'",
            "ETCD_AUTO_TLS=false\n",
            0,
        ),
        (
            "cat \"/proc/$(/bin/ps -C nothing -o pid= | tr -d ' ')/environ\" | tr '\\0' '\\n'",
            "cat: /proc//environ: No such file or directory\n",
            0,
        ),
        (
            "D=''\nfor d in $(ps -ef | grep etcd | grep -- --data-dir | sed 's%.*data-dir[= ]\\([^ ]*\\).*%\\1%'); do\n  \
             if test -d \"$d\"; then D=\"$d\"; fi\ndone\nif ! test -d \"$D\"; then D=/nowhere; fi\nstat -c \
             permissions=%a \"$D\"",
            "permissions=700\n",
            0,
        ),
        (
            "for f in /etc/kubernetes/admin.conf /etc/kubernetes/super-admin.conf; do stat -c \"permissions=%a %n\" $f; done",
            "permissions=600 /etc/kubernetes/admin.conf\nstat: cannot statx '/etc/kubernetes/super-admin.conf': No such \
             file or directory\n",
            1,
        ),
        // A pattern without a folder is one of names where nothing lies.
        ("echo *.none", "*.none\n", 0),
        (
            "/bin/sh -c 'if test -e /etc/kubernetes/pki; then find /etc/kubernetes/pki -name '*etcd*' | xargs stat -c \
             permissions=%a; fi'",
            "permissions=700\n",
            0,
        ),
        // A variable that nobody set: then `grep` has no pattern.
        (
            "/bin/ps -ef | grep $apiserverbin | grep -v grep",
            "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n",
            1,
        ),
    ];
    for (script, text, status) in cases {
        assert_eq!(ran(script, &host), Ok((text.to_owned(), status)), "{script}");
    }
}

#[test]
fn what_is_not_known_is_said_and_never_guessed() {
    let mut host = host();
    host.processes.push(Process { truncated: true, program: "long".into(), pid: 9, ..Process::default() });
    let cases = [
        ("stat -c %a /opt/x", "/opt/x: nobody looked at it"),
        ("cat /etc/secret", "/etc/secret: permission denied"),
        ("cat /etc/kubernetes/pki/ca.key", "the text of /etc/kubernetes/pki/ca.key was not collected"),
        ("cat relative.yaml", "where relative.yaml lies is not known"),
        ("ps -fC long", "the command line of long (pid 9) is longer"),
        ("kubectl get pods -A -o json | jq .", "`kubectl` asks the API server"),
        ("journalctl -u k3s | grep x", "`journalctl` reads the journal"),
        ("python3 -c 'print(1)'", "what `python3` prints is not known here"),
        ("rm -rf /", "what `rm` prints is not known here"),
        ("echo x > /etc/passwd", "a command that writes a file is not read here"),
        ("while true; do echo; done", "`while` is not read here"),
        ("f() { f; }; f", "a function is not read here"),
        ("echo $((1+1))", "arithmetic is not read here"),
        ("sleep 9 &", "a command in the background is not read here"),
        ("echo 'open", "a quote is not closed"),
        ("if true; then echo", "`fi` is missing"),
        ("echo $HOSTNAME", "the value of $HOSTNAME is not among the facts"),
        ("grep -P x /etc/kubernetes/admin.conf", "the option -P of `grep` is not read here"),
        ("stat /etc/kubernetes/admin.conf", "`stat` without a format"),
        ("stat -c %y /etc/kubernetes/admin.conf", "the option -c %y of `stat`"),
        ("find / -exec rm {} +", "the option -exec of `find`"),
        ("sed -i s/a/b/ /etc/kubernetes/admin.conf", "the option -i of `sed`"),
        ("echo a | grep '\\(a\\)\\1'", "an expression that refers back is not read here"),
        ("awk 'BEGIN {system(\"id\")}'", "the program"),
        ("ps", "`ps` without a choice of processes"),
    ];
    for (script, why) in cases {
        let said = ran(script, &host).expect_err(script);
        assert!(said.starts_with(why), "{script}: {said}");
    }
    host.gaps = vec![Gap { what: "processes".into(), why: "/proc is not mounted".into() }];
    let said = ran("ps -ef", &host).expect_err("no processes");
    assert_eq!(said, "the processes are not known: /proc is not mounted");
}

#[test]
fn scripts_of_strangers_end() {
    let host = host();
    let deep = "(".repeat(200) + "echo" + &")".repeat(200);
    let nested = "$(".repeat(20) + "echo echo" + &")".repeat(20);
    let many =
        "for a in $(printf '1\n2\n3\n4\n5\n6\n7\n8\n9\n'); do ".repeat(6) + "echo $a;" + &"done;".repeat(6);
    let doubling = "X=aaaaaaaaaaaaaaaa;".to_owned() + &"X=$X$X$X$X;".repeat(18) + "echo $X";
    for script in [deep, nested, many, doubling] {
        assert!(ran(&script, &host).is_err());
    }
}

/// Words and signs that scripts are made of.
const PIECES: &[&str] = &[
    "ps -ef",
    "grep",
    "|",
    "||",
    "&&",
    ";",
    "\n",
    "(",
    ")",
    "$(",
    "`",
    "'",
    "\"",
    "if",
    "then",
    "else",
    "fi",
    "for d in",
    "do",
    "done",
    "$d",
    "${d:-x}",
    "stat -c %a",
    "/etc/kubernetes/*.conf",
    "xargs",
    "-I{}",
    "{}",
    "sed",
    "'s/a/b/'",
    "awk",
    "'{print $2}'",
    "find /etc",
    "-name",
    "'*.crt'",
    "cat",
    "/proc/90/environ",
    "tr",
    "'\\0'",
    "2>/dev/null",
    "2>&1",
    "<",
    "!",
    "[",
    "]",
    "test",
    "-e",
    "X=1",
    "$X",
    "\\",
    "#",
    "é",
    "{",
    "}",
    "head -1",
    "cut -d: -f2-",
    "uniq -c",
    "wc -l",
    "echo",
    "-A1",
];

proptest::proptest! {
    /// Whatever stands in a benchmark file: an answer or a reason, always the same, and never a panic.
    #[test]
    fn any_text_is_answered_or_refused(at in proptest::collection::vec((0..PIECES.len(), proptest::bool::ANY), 0..40)) {
        let mut script = String::new();
        for (piece, blank) in at {
            script.push_str(PIECES[piece]);
            script.push_str(if blank { " " } else { "" });
        }
        let host = host();
        proptest::prop_assert_eq!(ran(&script, &host), ran(&script, &host));
    }

    /// A text without signs of the shell is a word: it is printed as it stands.
    #[test]
    fn plain_words_stay_as_they_are(words in proptest::collection::vec("[a-z0-9/.:=_%+-]{1,12}", 1..6)) {
        let told = words.join(" ");
        let plain = words.first().is_some_and(|word| !word.starts_with('-'));
        if plain {
            proptest::prop_assert_eq!(ran(&format!("echo {told}"), &host()), Ok((told + "\n", 0)));
        }
    }
}
