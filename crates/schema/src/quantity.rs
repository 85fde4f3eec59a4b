//! Amounts such as `500m` or `1.5Gi`: what they are worth and how the API server writes them back.
//!
//! The rules are those of `k8s.io/apimachinery/pkg/api/resource`, among them that a text which nearly is in canonical
//! form is kept as it was written (`+1` stays `+1`, `1.001` stays `1.001`).

use std::cmp::Ordering;

use crate::scalar::is_quantity;

/// The families of suffixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `1e3`
    Exponent,
    /// `1k`, `100m`
    Decimal,
    /// `1Ki`
    Binary,
}

/// An amount: a whole number times a power of ten.
///
/// Amounts beyond 38 digits saturate; Kubernetes itself caps binary amounts at 2^63 - 1.
#[derive(Clone, Debug)]
pub struct Quantity {
    unscaled: i128,
    scale: i32,
    form: Form,
    /// The text, where the API server gives it back as it came.
    kept: Option<String>,
}

const SUFFIXES: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];

const BINARY: [(&str, u32); 6] = [("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40), ("Pi", 50), ("Ei", 60)];

/// Digits that always fit 64 bits.
const SAFE_DIGITS: i64 = 18;

impl Quantity {
    /// Reads an amount; `None` where the API server takes the text for none. Spaces around it do not matter.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches(' ');
        if !is_quantity(text) {
            return None;
        }
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let negative = text.starts_with('-');
        let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let trimmed = whole.trim_start_matches('0');
        let whole = if trimmed.is_empty() { "0" } else { trimmed };
        let sign = |value: i128| if negative { -value } else { value };
        let digits = i64::try_from(whole.len() + fraction.len()).unwrap_or(i64::MAX);
        let all = format!("{whole}{fraction}");
        let unscaled = all.parse::<i128>().unwrap_or(i128::MAX / (1 << 61));
        let places = i32::try_from(fraction.len()).unwrap_or(i32::MAX);
        if let Some((_, power)) = BINARY.iter().find(|(name, _)| *name == suffix) {
            return Some(Self::binary(text, sign(unscaled), places, *power, digits));
        }
        let (exponent, form) = match SUFFIXES.iter().find(|(name, _)| *name == suffix) {
            Some((_, exponent)) => (*exponent, Form::Decimal),
            None => (suffix.get(1..)?.parse::<i32>().ok()?.clamp(-100_000, 100_000), Form::Exponent),
        };
        if text == "0" {
            return Some(Self { unscaled: 0, scale: 0, form, kept: Some(text.to_owned()) });
        }
        let scale = exponent.saturating_sub(places);
        let fast = digits <= SAFE_DIGITS && scale >= -9;
        let keep = fast && scale % 3 == 0 && !all.ends_with("000") && !all.starts_with('0');
        let kept = keep.then(|| text.to_owned());
        let mut read = Self { unscaled: sign(unscaled), scale, form, kept };
        read.round_up(-9);
        Some(read)
    }

    fn binary(text: &str, unscaled: i128, places: i32, power: u32, digits: i64) -> Self {
        let precision = 15 - digits - i64::from(power) * 3 / 10 - 1;
        let keep = places == 0 && precision >= 0 && unscaled & 7 != 0;
        let kept = keep.then(|| text.to_owned());
        let grown = unscaled.saturating_mul(1_i128 << power);
        let mut read = Self { unscaled: grown, scale: -places, form: Form::Binary, kept };
        read.round_up(-9);
        let most = i128::from(i64::MAX);
        if read.units().is_some_and(|units| units.abs() > most) {
            (read.unscaled, read.scale) = (most * grown.signum(), 0);
        }
        if read.unscaled > 0 && read.less_than_one() {
            read.form = Form::Decimal;
        }
        read
    }

    /// A plain whole number.
    pub fn from_units(units: i64) -> Self {
        Self { unscaled: units.into(), scale: 0, form: Form::Decimal, kept: None }
    }

    fn less_than_one(&self) -> bool {
        self.scale < 0 && power(-self.scale).is_none_or(|one| self.unscaled.abs() < one)
    }

    /// Rounds away from zero to a multiple of ten to this power, as Kubernetes does with what is too fine for it.
    pub fn round_up(&mut self, scale: i32) {
        if self.scale >= scale {
            return;
        }
        let drop = scale.saturating_sub(self.scale);
        self.kept = None;
        let sign = self.unscaled.signum();
        self.unscaled = match power(drop) {
            Some(unit) => {
                let whole = self.unscaled / unit;
                if self.unscaled % unit == 0 { whole } else { whole + sign }
            }
            None => sign,
        };
        self.scale = scale;
    }

    /// The whole units, where it has no fraction.
    pub fn units(&self) -> Option<i128> {
        if self.scale >= 0 {
            return Some(power(self.scale).map_or(i128::MAX, |by| self.unscaled.saturating_mul(by)));
        }
        let one = power(-self.scale)?;
        (self.unscaled % one == 0).then_some(self.unscaled / one)
    }

    /// Below, at or above zero, as -1, 0 and 1.
    pub fn sign(&self) -> i32 {
        match self.unscaled.cmp(&0) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }
    }

    /// The sum, in the form of the first.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let scale = self.scale.min(other.scale);
        let unscaled = self.at_scale(scale).saturating_add(other.at_scale(scale));
        let form = if self.unscaled == 0 { other.form } else { self.form };
        Self { unscaled, scale, form, kept: None }
    }

    fn at_scale(&self, scale: i32) -> i128 {
        power(self.scale - scale).map_or_else(
            || if self.unscaled == 0 { 0 } else { i128::MAX },
            |by| self.unscaled.saturating_mul(by),
        )
    }

    /// As the API server writes it.
    pub fn canonical(&self) -> String {
        if let Some(kept) = &self.kept {
            return kept.clone();
        }
        if self.unscaled == 0 {
            return "0".to_owned();
        }
        if self.form == Form::Binary
            && let Some(mut units) = self.units().filter(|units| units.abs() >= 1024)
        {
            let mut step = 0;
            while units % 1024 == 0 && step < BINARY.len() {
                units /= 1024;
                step += 1;
            }
            let suffix = step.checked_sub(1).and_then(|at| BINARY.get(at)).map_or("", |(name, _)| name);
            return format!("{units}{suffix}");
        }
        let (mut amount, mut exponent) = (self.unscaled, self.scale);
        while amount % 10 == 0 {
            amount /= 10;
            exponent += 1;
        }
        let more = exponent.rem_euclid(3);
        for _ in 0..more {
            amount = amount.saturating_mul(10);
        }
        exponent -= more;
        if self.form == Form::Exponent {
            return if exponent == 0 { amount.to_string() } else { format!("{amount}e{exponent}") };
        }
        match SUFFIXES.iter().find(|(_, power)| *power == exponent) {
            Some((name, _)) => format!("{amount}{name}"),
            None => format!("{amount}e{exponent}"),
        }
    }
}

/// Ten to this power, where it fits.
fn power(of: i32) -> Option<i128> {
    10_i128.checked_pow(u32::try_from(of).ok()?)
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        let scale = self.scale.min(other.scale);
        self.at_scale(scale).cmp(&other.at_scale(scale))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_the_api_server_writes_them() {
        for (text, expected) in [
            ("100m", "100m"),
            ("0.1", "100m"),
            ("1000m", "1"),
            ("1.5", "1500m"),
            ("2.0", "2"),
            ("0.5Gi", "512Mi"),
            ("1024Mi", "1Gi"),
            ("2048Ki", "2Mi"),
            ("1e3", "1e3"),
            ("1e2", "100"),
            ("1.5Gi", "1536Mi"),
            ("100M", "100M"),
            ("1000M", "1G"),
            ("0", "0"),
            ("0Gi", "0"),
            ("+1", "+1"),
            ("1.001", "1.001"),
            ("0.0005", "500u"),
            ("1Ei", "1Ei"),
            ("512", "512"),
            ("0.001Ki", "1024m"),
            ("-1", "-1"),
        ] {
            assert_eq!(Quantity::parse(text).unwrap().canonical(), expected, "{text}");
        }
        let mut fine = Quantity::parse("0.0005").unwrap();
        fine.round_up(-3);
        assert_eq!(fine.canonical(), "1m");
        assert!(Quantity::parse("1 core").is_none() && Quantity::parse("").is_none());
    }

    #[test]
    fn amounts_compare_by_worth() {
        let read = |text| Quantity::parse(text).unwrap();
        assert_eq!(read("1024Mi"), read("1Gi"));
        assert!(read("1G") < read("1Gi") && read("1500m") > read("1") && read("-1") < read("0"));
        assert_eq!(read("1").plus(&read("500m")).canonical(), "1500m");
        assert_eq!((read("1100m").units(), read("2k").units()), (None, Some(2000)));
    }
}
