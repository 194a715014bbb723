//! The trailer of section 3, reckoned here on its own so that it can judge any server's.

/// The four hex digits that belong after `AZ`: the two's complement of the sum of all bytes before them.
///
/// `covered` runs from the command id up to and including the letters `AZ`.
pub fn checksum(covered: &[u8]) -> u16 {
    complement(covered.iter().map(|&b| u32::from(b)))
}

/// The same reckoning over code points, as some clients do it by mistake (section 3, last paragraph).
pub fn code_point_checksum(covered: &str) -> u16 {
    complement(covered.chars().map(u32::from))
}

fn complement(values: impl Iterator<Item = u32>) -> u16 {
    let sum = values.fold(0_u16, |sum, v| sum.wrapping_add(low_word(v)));
    sum.wrapping_neg()
}

fn low_word(value: u32) -> u16 {
    let [low, high, ..] = value.to_le_bytes();
    u16::from_le_bytes([low, high])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_published_examples() {
        for (covered, expected) in [
            ("97AZ", 0xFEF5),
            ("96AZ", 0xFEF6),
            ("941AY0AZ", 0xFDFD),
            ("9900302.00AY2AZ", 0xFCA4),
            ("9300CNOV|COOV|CPWES|AY1AZ", 0xF86B),
            ("9900802.00AY1AZ", 0xFCA0),
            ("6300120171123    123051          AOJL|AATEST03|BP1|BQ5|AY0AZ", 0xF25E),
        ] {
            assert_eq!(checksum(covered.as_bytes()), expected, "{covered}");
        }
    }

    #[test]
    fn counts_encoded_bytes_not_letters() {
        let text = "1803020120261124    120000AB3900001|AJBlå himmel|AQHOVED|AY4AZ";
        assert_eq!(checksum(text.as_bytes()), 0xEF3A);
        assert_eq!(code_point_checksum(text), 0xEFBD);
    }
}
