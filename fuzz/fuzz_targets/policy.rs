//! Any documents as policies, and any text as an expression and as a pattern of names: no panic, places that lie in the text,
//! and answers that do not contradict each other.

#![no_main]

use ironsides_network::kinds::Policies;
use ironsides_network::l7::re2::WholeMatch;
use ironsides_network::l7::{HttpRules, NamePattern, Request};
use ironsides_tree::{Documents, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut policies = Policies::default();
    for (number, document) in (0..).zip(Documents::new(text, Limits::default())) {
        let Ok(document) = document else { break };
        policies.read(number, &document.root);
    }
    for policy in &policies.cilium {
        let refusal = policy.refused(false).map(|refusal| refusal.problem);
        assert!(refusal.is_some() || policy.refused(true).is_none());
        for problem in refusal.iter().chain(&policy.schema).chain(&policy.unknown) {
            assert!(problem.place.span.start as usize <= text.len() && !problem.message.is_empty());
        }
        for rules in policy.specs.iter().flat_map(|spec| &spec.rules).flat_map(|rule| rule.ports.iter().flatten()) {
            let Some(rules) = rules.rules.as_ref().and_then(|rules| rules.http.as_ref()) else { continue };
            let rules = HttpRules::new(rules);
            rules.passes(&Request { path: text.to_owned(), ..Request::default() });
            for rule in rules.rules() {
                rule.facts();
            }
        }
    }
    if let Ok(expression) = WholeMatch::new(text) {
        expression.matches(text);
        expression.program_size();
    }
    let pattern = NamePattern::pattern(text);
    if !text.contains('*') {
        assert!(pattern.matches(text) || text != text.trim());
    }
});
