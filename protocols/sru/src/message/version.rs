//! The three versions, and what differs between them in the answer's frame.

/// A version of SRU that is spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// 1.1 (2004).
    V1_1,
    /// 1.2 (2007).
    V1_2,
    /// 2.0 (OASIS searchRetrieve, 2013).
    V2_0,
}

impl Version {
    /// The highest: an unknown version is answered in it.
    pub const HIGHEST: Self = Self::V2_0;

    /// As it is written in `version`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1_1 => "1.1",
            Self::V1_2 => "1.2",
            Self::V2_0 => "2.0",
        }
    }

    /// The version of such a text.
    pub fn of(text: &str) -> Option<Self> {
        [Self::V1_1, Self::V1_2, Self::V2_0]
            .into_iter()
            .find(|version| version.as_str() == text.trim())
    }

    /// Whether it is 1.1 or 1.2.
    pub fn is_1(self) -> bool {
        self != Self::V2_0
    }

    /// Namespace of searchRetrieveResponse and explainResponse.
    pub fn namespace(self) -> &'static str {
        if self.is_1() {
            "http://www.loc.gov/zing/srw/"
        } else {
            "http://docs.oasis-open.org/ns/search-ws/sruResponse"
        }
    }

    /// Namespace of scanResponse.
    pub fn scan_namespace(self) -> &'static str {
        if self.is_1() {
            self.namespace()
        } else {
            "http://docs.oasis-open.org/ns/search-ws/scan"
        }
    }

    /// Namespace of the element `diagnostic`.
    pub fn diagnostic_namespace(self) -> &'static str {
        if self.is_1() {
            "http://www.loc.gov/zing/srw/diagnostic/"
        } else {
            "http://docs.oasis-open.org/ns/search-ws/diagnostic"
        }
    }
}
