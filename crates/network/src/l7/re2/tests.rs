use super::*;

fn matches(pattern: &str, value: &str) -> bool {
    WholeMatch::new(pattern).unwrap().matches(value)
}

#[test]
fn whole_values_match() {
    for (pattern, right, wrong) in [
        ("/public", vec!["/public"], vec!["/public/a", "/public?x=1", "x/public"]),
        ("^/public$", vec!["/public"], vec!["/public/"]),
        ("/public.*", vec!["/public", "/publicity"], vec!["/a/public"]),
        ("/(?i)public", vec!["/PUBLIC", "/public"], vec!["/publik"]),
        ("GET|HEAD", vec!["GET", "HEAD"], vec!["GETHEAD", "get"]),
        ("P(OST|UT)", vec!["POST", "PUT"], vec!["P"]),
        ("a|", vec!["a", ""], vec!["b"]),
        ("\\d+", vec!["12"], vec!["\u{0661}"]),
        ("\\w", vec!["_"], vec!["ä"]),
        ("\\S", vec!["\u{b}", "ä"], vec![" "]),
        ("[[:alpha:]-]+", vec!["a-b"], vec!["ä"]),
        ("[^/]+", vec!["a\nb"], vec!["a/b"]),
        ("a.b", vec!["aäb"], vec!["a\nb", "ab"]),
        ("(?s)a.b", vec!["a\nb"], vec![]),
        ("[]a]+", vec!["]a"], vec!["b"]),
        ("[a&&b]+", vec!["&a"], vec!["c"]),
        ("[a[b]+", vec!["[ab"], vec!["]"]),
        ("[a-]", vec!["-", "a"], vec!["b"]),
        ("\\Qa.b\\E+", vec!["a.b", "a.bb"], vec!["axb"]),
        ("\\x41\\x{e4}\\101\\_", vec!["AäA_"], vec![]),
        ("a{,2}", vec!["a{,2}"], vec!["aa"]),
        ("a{2}{", vec!["aa{"], vec!["aa"]),
        ("x*?", vec!["", "xx"], vec![]),
        ("(?:a+)+", vec!["aaa"], vec![""]),
        ("\\pL\\p{Greek}\\P{Lu}", vec!["aαb"], vec!["aαB"]),
        ("\\p{^Greek}", vec!["a"], vec!["α"]),
        ("(?i)ſ", vec!["s", "S", "ſ"], vec![]),
        ("(?P<a>x)(?<b>y)", vec!["xy"], vec![]),
        ("(?i-s:A)b", vec!["ab"], vec!["aB"]),
        ("a\\b-", vec!["a-"], vec![]),
        ("(a|(?i)b)c", vec!["Bc", "ac"], vec!["BC"]),
        ("#a #", vec!["#a #"], vec![]),
    ] {
        for value in right {
            assert!(matches(pattern, value), "{pattern} {value:?}");
        }
        for value in wrong {
            assert!(!matches(pattern, value), "{pattern} {value:?}");
        }
    }
}

#[test]
fn what_re2_refuses_is_refused() {
    for pattern in [
        "(?=x)",
        "(?!x)",
        "(?<=x)",
        "\\p{Foo}",
        "\\p{greek}",
        "\\p{Letter}",
        "(",
        ")",
        "a)",
        "[",
        "[a",
        "[]",
        "*",
        "+a",
        "a|*",
        "(*)",
        "(?i)*",
        "a**",
        "a*+",
        "a+?+",
        "a{2}*",
        "a{2}{3}",
        "{2}",
        "a{2,1}",
        "a{1001}",
        "(a{1000}){2}",
        "((a{100}){100}){100}",
        "[z-a]",
        "[a-\\d]",
        "[[:foo:]]",
        "\\",
        "\\Z",
        "\\C",
        "\\1",
        "\\8",
        "\\k",
        "\\e",
        "\\u0041",
        "\\x4",
        "\\x{}",
        "\\x{110000}",
        "\\x{d800}",
        "(?x)a",
        "(?P<>a)",
        "(?P<a>x)(?P<a>y)",
        "(?P=a)",
        "(?#c)",
        "(?i-)a",
        "*.example.com",
    ] {
        assert!(WholeMatch::new(pattern).is_err(), "{pattern}");
    }
    let deep = format!("{}a{}", "(".repeat(201), ")".repeat(201));
    assert!(WholeMatch::new(&deep).is_err());
    let deep = format!("{}a{}", "(?:".repeat(200), ")".repeat(200));
    assert!(matches(&deep, "a"));
}

/// Sizes that Envoy has reported.
#[test]
fn programs_are_about_as_large_as_envoy_says() {
    let words = "/(dashboard|alerts|calendar|components|metrics|critical_asset_metrics|critical_product_metrics\
                 |simple_search|support|celery_status|choices)([/?].*)?";
    for (pattern, reported) in [
        (".*foo.*", 35),
        (".*Chrome.*", 38),
        ("foo.*[abcd]+ooo.*", 43),
        ("x-envoy-(a|b|c)", 15),
        ("x-envoy-(a|b|c)-[grep]{3}", 28),
        ("a.*b.*c.*d.*e.*f.*g.*", 109),
        (words, 134),
    ] {
        let size = WholeMatch::new(pattern).unwrap().program_size();
        assert!(size.abs_diff(reported) * 20 <= reported, "{pattern}: {size}, reported {reported}");
    }
}
