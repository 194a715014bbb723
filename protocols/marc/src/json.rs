//! MARC-in-JSON, one record after the other or in an array. Other dialects are refused by name.

use crate::feed::{Feed, Found};
use crate::national::{Glance, format_of};
use crate::reader::{Cut, MAX_RECORD};
use crate::report::{Reason, Repair, Warnings, without_controls};
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use skranke_core::bib::{Field, Format, Leader, Record, Subfield, Tag};
use std::fmt;
use std::io::BufRead;
use std::marker::PhantomData;

/// Finds the next object and leaves it at the front of the feed.
pub(crate) fn next<R: BufRead>(feed: &mut Feed<R>) -> Option<Result<Cut, Reason>> {
    feed.skip_while(|byte| byte != b'{')?;
    let (mut depth, mut at, mut quoted) = (0_usize, 0, false);
    loop {
        let found = feed.find(at, MAX_RECORD, |byte| {
            matches!(byte, b'"' | b'\\') || (!quoted && matches!(byte, b'{' | b'}'))
        });
        let stop = match found {
            Found::At(stop) => stop,
            Found::End => {
                let all = feed.bytes().len();
                feed.consume(all);
                return Some(Err(Reason::Truncated));
            }
            Found::TooFar => {
                feed.consume(MAX_RECORD);
                return Some(Err(Reason::TooLong { limit: MAX_RECORD }));
            }
        };
        at = stop + 1;
        match feed.bytes().get(stop) {
            Some(b'"') => quoted = !quoted,
            // Whatever is escaped ends nothing.
            Some(b'\\') => at += 1,
            Some(b'{') => depth += 1,
            _ => depth = depth.saturating_sub(1),
        }
        if depth == 0 && !quoted {
            return Some(Ok(Cut { length: at, repair: None }));
        }
    }
}

pub(crate) fn parse(bytes: &[u8], format: Option<Format>, warnings: &mut Warnings) -> Result<Record, Reason> {
    let document: Document = serde_json::from_slice(bytes).map_err(|error| Reason::Json(error.to_string()))?;
    let (leader, changed) = Leader::repaired(document.leader.as_bytes());
    if changed {
        warnings.add(Repair::Leader, None, 0);
    }
    let mut fields = Vec::with_capacity(document.fields.len());
    for Single { name, value } in document.fields {
        let (tag, changed) = Tag::repaired(name.as_bytes());
        if changed {
            warnings.add(Repair::Tag, Some(tag), 0);
        }
        fields.extend(field(tag, value, warnings));
    }
    if fields.iter().filter(|field| field.tag() == "001").count() > 1 {
        warnings.add(Repair::RepeatedControlNumber, Tag::new("001"), 0);
    }
    let format = format.unwrap_or_else(|| format_of(&leader, fields.iter().map(Glance::from), true));
    let kind = Record::kind_of(format, &leader, &fields);
    Ok(Record {
        format,
        kind,
        leader,
        fields,
    })
}

fn field(tag: Tag, value: Value, warnings: &mut Warnings) -> Option<Field> {
    match value {
        Value::Control(value) if value.is_empty() => {
            warnings.add(Repair::EmptyField, Some(tag), 0);
            None
        }
        Value::Control(value) => Some(Field::Control {
            tag,
            value: without_controls(value, tag, 0, warnings),
        }),
        Value::Data(data) => {
            let mut damaged = false;
            let indicators = [data.ind1, data.ind2].map(|text| match text.as_bytes() {
                [byte @ b' '..=b'~'] => char::from(*byte),
                [] => ' ',
                _ => {
                    damaged = true;
                    ' '
                }
            });
            if damaged {
                warnings.add(Repair::Indicators, Some(tag), 0);
            }
            let mut subfields = Vec::with_capacity(data.subfields.len());
            for Single { name, value } in data.subfields {
                match name.chars().next() {
                    Some(code) => subfields.push(Subfield {
                        code,
                        value: without_controls(value, tag, 0, warnings),
                    }),
                    None => warnings.add(Repair::NoSubfieldCode, Some(tag), 0),
                }
            }
            if subfields.is_empty() {
                warnings.add(Repair::EmptyField, Some(tag), 0);
                return None;
            }
            Some(Field::Data {
                tag,
                indicators,
                subfields,
            })
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    leader: String,
    fields: Vec<Single<Value>>,
}

/// `{"name": value}`, exactly one.
struct Single<T> {
    name: String,
    value: T,
}

enum Value {
    Control(String),
    Data(Data),
}

/// Danish exports add ind3; like any third indicator it has no place.
#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    ind1: String,
    #[serde(default)]
    ind2: String,
    subfields: Vec<Single<String>>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Single<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct One<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for One<T> {
            type Value = Single<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with one key")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Single<T>, A::Error> {
                let Some((name, value)) = map.next_entry()? else {
                    return Err(de::Error::custom("an object without a key"));
                };
                if let Some(second) = map.next_key::<String>()? {
                    return Err(de::Error::custom(format_args!("a second key {second:?} in one object")));
                }
                Ok(Single { name, value })
            }
        }
        deserializer.deserialize_map(One(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the text of a control field, or an object with indicators and subfields")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
                Ok(Value::Control(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
                Data::deserialize(de::value::MapAccessDeserializer::new(map)).map(Value::Data)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    #[test]
    fn objects_are_cut_whatever_stands_in_their_strings() {
        let (one, two) = (r#"{"a":"}\"{\\"}"#, r#"{"b":{"c":[]}}"#);
        for text in [format!("[{one},\n{two}]"), format!("{one}\n{two}\n")] {
            let mut feed = Feed::new(BufReader::with_capacity(3, text.as_bytes()));
            for expected in [one, two] {
                let cut = next(&mut feed).unwrap().unwrap();
                assert_eq!(feed.bytes()[..cut.length], *expected.as_bytes());
                feed.consume(cut.length);
            }
            assert!(next(&mut feed).is_none());
        }
    }

    #[test]
    fn other_dialects_and_repeated_keys_are_refused() {
        for text in [
            r#"{"leader":"","controlfield":[{"tag":"001","data":"1"}]}"#,
            r#"{"leader":"","fields":{"001":"1"}}"#,
            r#"{"leader":"","fields":[{"001":"1","003":"2"}]}"#,
            r#"{"leader":"","leader":"","fields":[]}"#,
            r#"{"leader":"","fields":[{"001":7}]}"#,
        ] {
            let refused = parse(text.as_bytes(), None, &mut Warnings::default());
            assert!(matches!(refused, Err(Reason::Json(_))), "{text}");
        }
    }
}
