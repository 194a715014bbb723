//! The tag in a book, by the Danish data model (ISO 28560-3): what an automat reads before it writes AB and WS. Danish profile, section 14.

/// Bytes of the block over which the CRC is made.
const BLOCK: usize = 34;
/// Bytes that a small tag holds.
const TAG: usize = 32;
/// Where the CRC stands, its low byte first.
const CRC: std::ops::Range<usize> = 19..21;
/// The primary item id.
const ITEM: std::ops::Range<usize> = 3..19;
/// The owner's country.
const COUNTRY: std::ops::Range<usize> = 21..23;
/// The owner library without its country.
const OWNER: std::ops::Range<usize> = 23..32;

/// What a tag says of a book for loan in one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The primary item id: the barcode.
    pub item: String,
    /// The owner as ISIL: country, hyphen, library.
    pub owner: String,
}

impl Tag {
    /// The tag's 32 bytes. Texts that do not fit are cut, as a tag must be.
    pub fn bytes(&self) -> Vec<u8> {
        let (country, library) = self.owner.split_once('-').unwrap_or(("", &self.owner));
        let mut block = vec![0x11, 1, 1];
        let mut put = |text: &str, range: std::ops::Range<usize>| {
            block.resize(range.start, 0);
            block.extend(text.bytes().take(range.len()));
            block.resize(range.end, 0);
        };
        put(&self.item, ITEM);
        put(country, COUNTRY);
        put(library, OWNER);
        let sum = crc(&summed(&block)).to_le_bytes();
        block.splice(CRC, sum);
        block
    }

    /// Reads a tag; `None` where its CRC is wrong in both orders of bytes that makers use.
    pub fn read(bytes: &[u8]) -> Option<Tag> {
        let reversed: Vec<u8> = bytes.chunks(4).flat_map(|block| block.iter().rev().copied()).collect();
        [bytes, &reversed].into_iter().find(|bytes| is_whole(bytes)).map(|bytes| Tag {
            item: text(bytes, ITEM),
            owner: format!("{}-{}", text(bytes, COUNTRY), text(bytes, OWNER)),
        })
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    bytes.len() == TAG && bytes.get(CRC) == Some(&crc(&summed(bytes)).to_le_bytes()[..])
}

/// The whole block without its CRC, filled with zeros.
fn summed(bytes: &[u8]) -> Vec<u8> {
    let before = bytes.iter().take(CRC.start);
    let mut block: Vec<u8> = before.chain(bytes.iter().skip(CRC.end)).copied().collect();
    block.resize(BLOCK - CRC.len(), 0);
    block
}

fn text(bytes: &[u8], range: std::ops::Range<usize>) -> String {
    let bytes = bytes.get(range).unwrap_or_default();
    String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned()
}

/// CRC-16: polynomial 0x1021, begun with 0xFFFF, the most significant bit first, not inverted.
fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_check_values_of_the_profile_come_out() {
        assert_eq!(crc(b"RFID tag data model"), 0x1AEE);
        let hex = "11010131313232333334340000000000000000513e4445373035000000000000";
        let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
        let tag: Vec<u8> = hex.as_bytes().chunks(2).map(byte).collect();
        let read = Tag::read(&tag).unwrap();
        assert_eq!((read.item.as_str(), read.owner.as_str()), ("11223344", "DE-705"));
        assert_eq!(read.bytes(), tag);
    }

    #[test]
    fn a_damaged_tag_is_not_read_and_a_reversed_one_is() {
        let tag = Tag {
            item: "3900001".to_owned(),
            owner: "DK-761500".to_owned(),
        };
        let mut bytes = tag.bytes();
        assert_eq!(bytes.len(), TAG);
        let reversed: Vec<u8> = bytes.chunks(4).flat_map(|block| block.iter().rev().copied()).collect();
        assert_eq!(Tag::read(&reversed), Some(tag));
        bytes[5] ^= 1;
        assert_eq!(Tag::read(&bytes), None);
    }
}
