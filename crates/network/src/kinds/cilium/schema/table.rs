//! The schema as a table.

use super::form::Form;
use super::{Object, Shape};

/// An object of fields without conditions on them.
const fn fields(fields: &'static [(&'static str, &'static Shape)]) -> Object {
    Object { fields, required: &[], one_of: &[], any_of: &[] }
}

const MANY: usize = usize::MAX;
/// How many ports an item of `toPorts` may have, and how many types one of `icmps`.
const MOST: usize = 40;

static TEXT: Shape = Shape::Text(Form::Any);
static TEXTS: Shape = Shape::List(&TEXT, MANY);
static NAME: Shape = Shape::Text(Form::NonEmpty);
static ANYTHING: Shape = Shape::Anything;

/// The document.
pub(super) static ROOT: Object = fields(&[
    ("apiVersion", &TEXT),
    ("kind", &TEXT),
    ("metadata", &ANYTHING),
    ("spec", &SPEC),
    ("specs", &Shape::List(&SPEC, MANY)),
    ("status", &ANYTHING),
]);

static SPEC: Shape = Shape::Object(&Object {
    fields: &[
        ("description", &TEXT),
        ("egress", &Shape::List(&Shape::Object(&EGRESS), MANY)),
        ("egressDeny", &Shape::List(&Shape::Object(&EGRESS_DENY), MANY)),
        (
            "enableDefaultDeny",
            &Shape::Object(&fields(&[("egress", &Shape::Bool), ("ingress", &Shape::Bool)])),
        ),
        ("endpointSelector", &SELECTOR),
        ("ingress", &Shape::List(&Shape::Object(&INGRESS), MANY)),
        ("ingressDeny", &Shape::List(&Shape::Object(&INGRESS_DENY), MANY)),
        ("labels", &Shape::List(&LABEL, MANY)),
        ("log", &Shape::Object(&fields(&[("value", &Shape::Text(Form::Remark))]))),
        ("nodeSelector", &SELECTOR),
    ],
    required: &[],
    one_of: &["endpointSelector", "nodeSelector"],
    any_of: &["ingress", "ingressDeny", "egress", "egressDeny"],
});

static LABEL: Shape = Shape::Object(&Object {
    fields: &[("key", &TEXT), ("source", &TEXT), ("value", &TEXT)],
    required: &["key"],
    one_of: &[],
    any_of: &[],
});

static SELECTOR: Shape = Shape::Object(&fields(&[
    ("matchExpressions", &Shape::List(&EXPRESSION, MANY)),
    ("matchLabels", &Shape::Map(&Shape::Text(Form::LabelValue))),
]));
static SELECTORS: Shape = Shape::List(&SELECTOR, MANY);

static EXPRESSION: Shape = Shape::Object(&Object {
    fields: &[
        ("key", &TEXT),
        ("operator", &Shape::Text(Form::Words(&["In", "NotIn", "Exists", "DoesNotExist"]))),
        ("values", &TEXTS),
    ],
    required: &["key", "operator"],
    one_of: &[],
    any_of: &[],
});

static INGRESS: Object = fields(&[
    ("authentication", &AUTHENTICATION),
    ("fromCIDR", &CIDRS),
    ("fromCIDRSet", &CIDR_SET),
    ("fromEndpoints", &SELECTORS),
    ("fromEntities", &ENTITIES),
    ("fromGroups", &GROUPS),
    ("fromNodes", &SELECTORS),
    ("fromRequires", &REQUIRES),
    ("icmps", &ICMPS),
    ("toPorts", &PORTS),
]);

static INGRESS_DENY: Object = fields(&[
    ("fromCIDR", &CIDRS),
    ("fromCIDRSet", &CIDR_SET),
    ("fromEndpoints", &SELECTORS),
    ("fromEntities", &ENTITIES),
    ("fromGroups", &GROUPS),
    ("fromNodes", &SELECTORS),
    ("fromRequires", &REQUIRES),
    ("icmps", &ICMPS),
    ("toPorts", &DENIED_PORTS),
]);

static EGRESS: Object = fields(&[
    ("authentication", &AUTHENTICATION),
    ("icmps", &ICMPS),
    ("toCIDR", &CIDRS),
    ("toCIDRSet", &CIDR_SET),
    ("toEndpoints", &SELECTORS),
    ("toEntities", &ENTITIES),
    ("toFQDNs", &Shape::List(&FQDN, MANY)),
    ("toGroups", &GROUPS),
    ("toNodes", &SELECTORS),
    ("toPorts", &PORTS),
    ("toRequires", &REQUIRES),
    ("toServices", &SERVICES),
]);

static EGRESS_DENY: Object = fields(&[
    ("icmps", &ICMPS),
    ("toCIDR", &CIDRS),
    ("toCIDRSet", &CIDR_SET),
    ("toEndpoints", &SELECTORS),
    ("toEntities", &ENTITIES),
    ("toGroups", &GROUPS),
    ("toNodes", &SELECTORS),
    ("toPorts", &DENIED_PORTS),
    ("toRequires", &REQUIRES),
    ("toServices", &SERVICES),
]);

static AUTHENTICATION: Shape = Shape::Object(&Object {
    fields: &[("mode", &Shape::Text(Form::Words(&["disabled", "required", "test-always-fail"])))],
    required: &["mode"],
    one_of: &[],
    any_of: &[],
});

static CIDR: Shape = Shape::Text(Form::Cidr);
static CIDRS: Shape = Shape::List(&CIDR, MANY);
static CIDR_SET: Shape = Shape::List(
    &Shape::Object(&Object {
        fields: &[
            ("cidr", &CIDR),
            ("cidrGroupRef", &Shape::Text(Form::GroupName)),
            ("cidrGroupSelector", &SELECTOR),
            ("except", &CIDRS),
        ],
        required: &[],
        one_of: &["cidr", "cidrGroupRef", "cidrGroupSelector"],
        any_of: &[],
    }),
    MANY,
);

static ENTITIES: Shape = Shape::List(
    &Shape::Text(Form::Words(&[
        "all",
        "world",
        "cluster",
        "cluster-mesh",
        "host",
        "init",
        "ingress",
        "unmanaged",
        "remote-node",
        "health",
        "none",
        "kube-apiserver",
    ])),
    MANY,
);

static REQUIRES: Shape = Shape::List(&TEXT, 0);

static GROUPS: Shape = Shape::List(
    &Shape::Object(&fields(&[(
        "aws",
        &Shape::Object(&fields(&[
            ("labels", &Shape::Map(&TEXT)),
            ("region", &TEXT),
            ("securityGroupsIds", &TEXTS),
            ("securityGroupsNames", &TEXTS),
        ])),
    )])),
    MANY,
);

static SERVICES: Shape = Shape::List(
    &Shape::Object(&fields(&[
        ("k8sService", &Shape::Object(&fields(&[("namespace", &TEXT), ("serviceName", &TEXT)]))),
        (
            "k8sServiceSelector",
            &Shape::Object(&Object {
                fields: &[("namespace", &TEXT), ("selector", &SELECTOR)],
                required: &["selector"],
                one_of: &[],
                any_of: &[],
            }),
        ),
    ])),
    MANY,
);

/// An item of `toFQDNs`, and of `dns`.
static FQDN: Shape = Shape::Object(&Object {
    fields: &[("matchName", &Shape::Text(Form::DnsName)), ("matchPattern", &Shape::Text(Form::DnsPattern))],
    required: &[],
    one_of: &["matchName", "matchPattern"],
    any_of: &[],
});

static ICMPS: Shape = Shape::List(
    &Shape::Object(&fields(&[(
        "fields",
        &Shape::List(
            &Shape::Object(&Object {
                fields: &[
                    ("family", &Shape::Text(Form::Words(&["IPv4", "IPv6"]))),
                    ("type", &Shape::IntOrText(Form::IcmpType)),
                ],
                required: &["type"],
                one_of: &[],
                any_of: &[],
            }),
            MOST,
        ),
    )])),
    MANY,
);

static PORT: Shape = Shape::Object(&fields(&[
    ("endPort", &Shape::Int(0, 65535)),
    ("port", &Shape::Text(Form::Port)),
    (
        "protocol",
        &Shape::Text(Form::Words(&[
            "TCP", "UDP", "SCTP", "VRRP", "IGMP", "GRE", "IPIP", "IPV6", "ESP", "AH", "ANY",
        ])),
    ),
]));

/// Deny rules have ports alone, of any number.
static DENIED_PORTS: Shape =
    Shape::List(&Shape::Object(&fields(&[("ports", &Shape::List(&PORT, MANY))])), MANY);

static PORTS: Shape = Shape::List(
    &Shape::Object(&fields(&[
        ("listener", &LISTENER),
        ("originatingTLS", &TLS),
        ("ports", &Shape::List(&PORT, MOST)),
        ("rules", &RULES),
        ("serverNames", &Shape::Set(&Shape::Text(Form::DnsPattern))),
        ("terminatingTLS", &TLS),
    ])),
    MANY,
);

static LISTENER: Shape = Shape::Object(&Object {
    fields: &[
        (
            "envoyConfig",
            &Shape::Object(&Object {
                fields: &[
                    (
                        "kind",
                        &Shape::Text(Form::Words(&["CiliumEnvoyConfig", "CiliumClusterwideEnvoyConfig"])),
                    ),
                    ("name", &NAME),
                ],
                required: &["name"],
                one_of: &[],
                any_of: &[],
            }),
        ),
        ("name", &NAME),
        ("priority", &Shape::Int(1, 100)),
    ],
    required: &["envoyConfig", "name"],
    one_of: &[],
    any_of: &[],
});

static SECRET: Shape = Shape::Object(&Object {
    fields: &[("name", &TEXT), ("namespace", &TEXT)],
    required: &["name"],
    one_of: &[],
    any_of: &[],
});

static TLS: Shape = Shape::Object(&Object {
    fields: &[("certificate", &TEXT), ("privateKey", &TEXT), ("secret", &SECRET), ("trustedCA", &TEXT)],
    required: &["secret"],
    one_of: &[],
    any_of: &[],
});

static RULES: Shape = Shape::Object(&Object {
    fields: &[("dns", &Shape::List(&FQDN, MANY)), ("http", &Shape::List(&HTTP, MANY))],
    required: &[],
    one_of: &["http", "dns"],
    any_of: &[],
});

static HTTP: Shape = Shape::Object(&fields(&[
    (
        "headerMatches",
        &Shape::List(
            &Shape::Object(&Object {
                fields: &[
                    ("mismatch", &Shape::Text(Form::Words(&["LOG", "ADD", "DELETE", "REPLACE"]))),
                    ("name", &NAME),
                    ("secret", &SECRET),
                    ("value", &TEXT),
                ],
                required: &["name"],
                one_of: &[],
                any_of: &[],
            }),
            MANY,
        ),
    ),
    ("headers", &TEXTS),
    ("host", &TEXT),
    ("method", &TEXT),
    ("path", &TEXT),
]));
