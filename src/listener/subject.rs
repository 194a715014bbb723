//! The subject of a client certificate, as text. The certificate has been verified by then; this only walks to the one
//! field that we show (RFC 5280, 4.1).

/// `CN=…, O=…` in the order of the certificate; `None` where the bytes are no certificate or the subject is empty.
pub(crate) fn subject(certificate: &[u8]) -> Option<String> {
    let (_, certificate, _) = element(certificate)?;
    let (_, to_be_signed, _) = element(certificate)?;
    let (tag, _, after_first) = element(to_be_signed)?;
    // The version is explicit [0] and may be absent; then the serial number is first.
    let after_serial = if tag == 0xA0 { element(after_first)?.2 } else { after_first };
    let (_, _, after_algorithm) = element(after_serial)?;
    let (_, _, after_issuer) = element(after_algorithm)?;
    let (_, _, after_validity) = element(after_issuer)?;
    let (_, mut names, _) = element(after_validity)?;
    let mut text = String::new();
    while let Some((_, set, rest)) = element(names) {
        names = rest;
        let (_, pair, _) = element(set)?;
        let (_, kind, value) = element(pair)?;
        let (value_tag, value, _) = element(value)?;
        let Some(label) = label(kind) else { continue };
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(label);
        text.push('=');
        text.push_str(&plain(value_tag, value));
    }
    (!text.is_empty()).then_some(text)
}

/// Tag, content and what follows one DER element; `None` where it is cut or its length is out of bounds.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = bytes.split_first_chunk()?;
    let (length, rest) = match first {
        0..=0x7F => (usize::from(first), rest),
        0x81 => rest.split_first_chunk().map(|(&[a], rest)| (usize::from(a), rest))?,
        0x82 => rest
            .split_first_chunk()
            .map(|(&[a, b], rest)| (usize::from(u16::from_be_bytes([a, b])), rest))?,
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// The usual short name of an attribute under 2.5.4; others are left out.
fn label(object_identifier: &[u8]) -> Option<&'static str> {
    match object_identifier {
        [0x55, 0x04, 3] => Some("CN"),
        [0x55, 0x04, 5] => Some("serialNumber"),
        [0x55, 0x04, 6] => Some("C"),
        [0x55, 0x04, 7] => Some("L"),
        [0x55, 0x04, 8] => Some("ST"),
        [0x55, 0x04, 10] => Some("O"),
        [0x55, 0x04, 11] => Some("OU"),
        _ => None,
    }
}

/// The string as text without control characters: it goes to logs.
fn plain(tag: u8, value: &[u8]) -> String {
    let text = match tag {
        // BMPString: UTF-16, big-endian.
        0x1E => {
            let units: Vec<u16> = value
                .chunks_exact(2)
                .filter_map(|pair| pair.first_chunk().copied())
                .map(u16::from_be_bytes)
                .collect();
            String::from_utf16_lossy(&units)
        }
        _ => String::from_utf8_lossy(value).into_owned(),
    };
    text.chars().filter(|c| !c.is_control()).take(128).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn certificate() -> Vec<u8> {
        let mut params = rcgen::CertificateParams::new(vec!["automat.example".to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::OrganizationName, "Ærø Bibliotek");
        params.distinguished_name.push(rcgen::DnType::CommonName, "automat1");
        let key = rcgen::KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn reads_the_subject() {
        assert_eq!(subject(&certificate()).unwrap(), "O=Ærø Bibliotek, CN=automat1");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn is_total(at in 0usize..400, byte in any::<u8>(), cut in 0usize..400) {
            static ONE: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(certificate);
            let mut bytes = ONE.clone();
            let length = bytes.len();
            bytes[at % length] = byte;
            bytes.truncate(cut.min(length));
            let _ = subject(&bytes);
        }
    }
}
