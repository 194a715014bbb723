//! Sort bins (CL) by rules: the first that matches decides (Danish profile, section 13).

use serde::Deserialize;
use skranke_core::ids::{BranchId, MaterialGroup};
use skranke_core::item::Item;

/// A sorting profile (`[[sip2.sort_profile]]`): it exists before the machines that name it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SortProfile {
    /// What accounts call it.
    pub name: String,
    /// In the order looked at.
    #[serde(default)]
    pub rules: Vec<SortRule>,
    /// The bin where no rule matches.
    #[serde(default)]
    pub otherwise: Option<String>,
}

/// One rule. What it leaves out matches all.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SortRule {
    /// Where the item must go.
    pub destination: Option<BranchId>,
    /// Whether that is another branch than this.
    pub away: Option<bool>,
    /// Its home branch.
    pub branch: Option<BranchId>,
    /// Whether it was caught for a hold.
    pub hold: Option<bool>,
    /// Whether it is another library's.
    pub ill: Option<bool>,
    /// Its department.
    pub department: Option<String>,
    /// Its location within the department.
    pub location: Option<String>,
    /// Its material group.
    pub material_group: Option<MaterialGroup>,
    /// The bin.
    pub bin: String,
}

/// What rules look at.
#[derive(Debug, Clone, Copy)]
pub struct Sorted<'a> {
    /// The item; none where nobody knows it.
    pub item: Option<&'a Item>,
    /// Where it must go; none where nobody knows.
    pub destination: Option<&'a BranchId>,
    /// Where the machine stands.
    pub here: &'a BranchId,
    /// Whether it was caught for a hold.
    pub hold: bool,
    /// Whether it is another library's.
    pub ill: bool,
}

impl SortProfile {
    /// The bin.
    pub fn bin(&self, sorted: &Sorted<'_>) -> Option<&str> {
        self.rules
            .iter()
            .find(|rule| rule.matches(sorted))
            .map(|rule| rule.bin.as_str())
            .or(self.otherwise.as_deref())
    }
}

impl SortRule {
    fn matches(&self, sorted: &Sorted<'_>) -> bool {
        fn holds<T: PartialEq + ?Sized>(wanted: Option<&T>, found: Option<&T>) -> bool {
            wanted.is_none() || wanted == found
        }
        let placement = sorted.item.map(|item| &item.placement);
        let away = sorted.destination.is_some_and(|to| to != sorted.here);
        holds(self.destination.as_ref(), sorted.destination)
            && holds(self.away.as_ref(), Some(&away))
            && holds(self.branch.as_ref(), placement.map(|p| &p.branch))
            && holds(self.hold.as_ref(), Some(&sorted.hold))
            && holds(self.ill.as_ref(), Some(&sorted.ill))
            && holds(self.department.as_ref(), placement.and_then(|p| p.department.as_ref()))
            && holds(self.location.as_ref(), placement.and_then(|p| p.location.as_ref()))
            && holds(self.material_group.as_ref(), sorted.item.map(|item| &item.material_group))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_that_matches_decides() {
        let profile: SortProfile = toml::from_str(
            r#"
            name = "main"
            otherwise = "9"
            rules = [
                { ill = true, bin = "1" },
                { hold = true, away = false, bin = "2" },
                { destination = "vest", bin = "3" },
                { away = true, bin = "4" },
            ]
            "#,
        )
        .unwrap();
        let (here, vest, ost) = (BranchId::from("hoved"), BranchId::from("vest"), BranchId::from("ost"));
        let bin = |destination: &BranchId, hold, ill| {
            let sorted = Sorted {
                item: None,
                destination: Some(destination),
                here: &here,
                hold,
                ill,
            };
            profile.bin(&sorted).map(str::to_owned)
        };
        assert_eq!(bin(&vest, true, true).as_deref(), Some("1"));
        assert_eq!(bin(&here, true, false).as_deref(), Some("2"));
        assert_eq!(bin(&vest, true, false).as_deref(), Some("3"));
        assert_eq!(bin(&ost, false, false).as_deref(), Some("4"));
        assert_eq!(bin(&here, false, false).as_deref(), Some("9"));
    }
}
