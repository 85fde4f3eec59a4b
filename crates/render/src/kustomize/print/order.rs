//! The order in which go-yaml writes the keys of a map: letters by their code, numbers by their value.

use std::cmp::Ordering;

/// Compares two keys.
pub(super) fn natural(a: &str, b: &str) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    let (left, right): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    for (at, (&x, &y)) in left.iter().zip(&right).enumerate() {
        if x == y {
            continue;
        }
        match (x.is_alphabetic(), y.is_alphabetic()) {
            (true, true) => return x.cmp(&y),
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            (false, false) => {}
        }
        // Where one of them is a zero within a number that began before, both numbers go on.
        let within = |chars: &[char]| {
            let before = chars.get(..at).unwrap_or_default().iter().rev();
            before.take_while(|char| char.is_ascii_digit()).any(|&char| char != '0')
        };
        let begun = i64::from((x == '0' || y == '0') && within(&left));
        let number = |chars: &[char]| {
            let digits = chars.get(at..).unwrap_or_default().iter().take_while(|char| char.is_ascii_digit());
            digits.fold((begun, 0), |(value, count), &digit| {
                (value.wrapping_mul(10).wrapping_add(i64::from(digit as u32 - '0' as u32)), count + 1)
            })
        };
        let ((x_value, x_length), (y_value, y_length)) = (number(&left), number(&right));
        return x_value.cmp(&y_value).then(x_length.cmp(&y_length)).then(x.cmp(&y));
    }
    left.len().cmp(&right.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count() {
        let mut keys = vec!["a10", "a9", "A1", "b", "a", "_", "a.b", "a-b", "a01", "1", "10", "2", "aa"];
        keys.sort_by(|a, b| natural(a, b));
        assert_eq!(keys, ["_", "1", "2", "10", "A1", "a", "a-b", "a.b", "a01", "a9", "a10", "aa", "b"]);
    }
}
