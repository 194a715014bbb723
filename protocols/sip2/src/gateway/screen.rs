//! Texts for screens and printers, a file for each language in `data/screen`.

use skranke_core::money::Money;
use skranke_core::time::Date;
use std::collections::HashMap;
use std::sync::LazyLock;

/// All texts of one language.
#[derive(Debug)]
pub struct Texts {
    /// ISO 639-1.
    pub language: &'static str,
    texts: HashMap<String, String>,
}

const FILES: [(&str, &str); 7] = [
    ("da", include_str!("../../data/screen/da.toml")),
    ("en", include_str!("../../data/screen/en.toml")),
    ("sv", include_str!("../../data/screen/sv.toml")),
    ("nb", include_str!("../../data/screen/nb.toml")),
    ("de", include_str!("../../data/screen/de.toml")),
    ("fi", include_str!("../../data/screen/fi.toml")),
    ("fr", include_str!("../../data/screen/fr.toml")),
];

static ALL: LazyLock<Vec<Texts>> = LazyLock::new(|| {
    FILES
        .iter()
        .map(|(language, file)| Texts {
            language,
            texts: toml::from_str(file).unwrap_or_default(),
        })
        .collect()
});

static NONE: LazyLock<Texts> = LazyLock::new(|| Texts {
    language: "en",
    texts: HashMap::new(),
});

/// The texts of the first of these languages that there are; Danish where there are none.
pub fn choose<'a>(languages: impl IntoIterator<Item = &'a str>) -> &'static Texts {
    languages.into_iter().find_map(of).or_else(|| ALL.first()).unwrap_or(&NONE)
}

/// The texts of one language. Norwegian is one here, whichever its form.
pub fn of(language: &str) -> Option<&'static Texts> {
    let language = match language.get(..2)? {
        "no" | "nn" => "nb",
        other => other,
    };
    ALL.iter().find(|texts| texts.language == language)
}

impl Texts {
    /// A text with its `{placeholders}` filled; the key itself where there is no such text.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mut text = self.texts.get(key).map_or_else(|| key.to_owned(), String::clone);
        for (name, value) in values {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }

    /// An amount as people here write it: `25,00 kr.`
    pub fn amount(&self, money: &Money) -> String {
        let number = money.to_string().replace('.', &self.fill("decimal_sign", &[]));
        let code = money.currency.as_str();
        let unit = self.texts.get(code).map_or(code, String::as_str);
        format!("{number} {unit}")
    }

    /// A day as people here write it.
    pub fn date(&self, day: Date) -> String {
        jiff::fmt::strtime::format(self.fill("date_format", &[]), day).unwrap_or_else(|_| day.to_string())
    }

    #[cfg(test)]
    pub(crate) fn has(&self, key: &str) -> bool {
        self.texts.contains_key(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_language_has_every_text_with_the_same_places_to_fill() {
        let places = |text: &str| -> BTreeSet<String> {
            text.split('{')
                .skip(1)
                .filter_map(|rest| rest.split('}').next())
                .map(str::to_owned)
                .collect()
        };
        let Some(danish) = of("da") else { panic!("no Danish") };
        for texts in ALL.iter() {
            for (key, text) in danish.texts.iter().filter(|(key, _)| key.len() != 3) {
                let Some(other) = texts.texts.get(key) else {
                    panic!("{}: {key} is missing", texts.language)
                };
                assert_eq!(places(text), places(other), "{}: {key}", texts.language);
            }
            for key in texts.texts.keys().filter(|key| key.len() != 3) {
                assert!(danish.has(key), "{}: {key} is in no other file", texts.language);
            }
        }
        assert_eq!(ALL.len(), 7);
    }

    #[test]
    fn amounts_and_dates_are_written_as_people_do() {
        let money = Money::new(2500, skranke_core::money::Currency::DKK);
        assert_eq!(choose(["da"]).amount(&money), "25,00 kr.");
        assert_eq!(choose(["xx", "en"]).amount(&money), "25.00 DKK");
        assert_eq!(choose(["da"]).date(jiff::civil::date(2026, 12, 1)), "1.12.2026");
        assert_eq!(choose(["no"]).language, "nb");
        assert_eq!(choose(["xx"]).language, "da");
    }
}
