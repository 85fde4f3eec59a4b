//! The nearest name to a word that names nothing.

/// `; did you mean shop/web?`, or empty where no other name is near.
pub(crate) fn hint<T: AsRef<str>>(word: &str, names: impl IntoIterator<Item = T>) -> String {
    let distance = |name: T| (strsim::damerau_levenshtein(word, name.as_ref()), name.as_ref().to_owned());
    let near = names.into_iter().filter(|name| name.as_ref() != word).map(distance).min();
    let near = near.filter(|(edits, _)| *edits <= (word.chars().count() / 3).max(1));
    near.map(|(_, name)| format!("; did you mean {name}?")).unwrap_or_default()
}
