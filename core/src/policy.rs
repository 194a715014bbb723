//! Rules of lending: patron category × material group × branch. The first match wins.

use crate::agency::AgencyId;
use crate::ids::{BranchId, MaterialGroup, PatronCategory};
use crate::time::Time;
use serde::{Deserialize, Serialize};

/// One rule as the library writes it (`[[rule]]`). Omitted keys match all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// Only this agency.
    pub agency: Option<AgencyId>,
    /// Only this patron category.
    pub patron_category: Option<PatronCategory>,
    /// Only this material group.
    pub material_group: Option<MaterialGroup>,
    /// Only items of this branch.
    pub branch: Option<BranchId>,
    /// Loan period in days.
    pub loan_days: u16,
    /// How often a loan may be renewed.
    pub renewals: u16,
    /// Open loans a patron may have.
    pub max_loans: u16,
    /// Open holds a patron may have.
    pub max_holds: u16,
    /// Overdue loans above which the patron may borrow nothing more; none means no limit.
    pub max_overdue: Option<u16>,
    /// Whether it may be lent.
    pub loanable: bool,
    /// Whether it may be reserved.
    pub holdable: bool,
    /// Whether a loan may be renewed while others wait.
    pub renew_when_reserved: bool,
    /// Open days a ready hold waits.
    pub hold_shelf_days: u16,
    /// How long a new hold is of interest, in days, when the patron says nothing.
    pub interest_days: u16,
    /// Youngest borrower in years.
    pub min_age: Option<u8>,
    /// Fee for each day overdue, minor units.
    pub fine_per_day: i64,
    /// From day N overdue this fee in all, minor units; in place of `fine_per_day`.
    pub fine_steps: Vec<(u16, i64)>,
    /// The child's scale, where there is one.
    pub child_fine_steps: Vec<(u16, i64)>,
    /// First age in years that pays the adult's scale.
    pub adult_age: u8,
    /// A fee for lateness never exceeds this, minor units.
    pub fine_cap: Option<i64>,
    /// How lateness fees are grouped.
    pub fine_group: FineGroup,
    /// What a loan costs, minor units.
    pub loan_fee: i64,
    /// What a hold costs, minor units.
    pub hold_fee: i64,
}

/// How lateness fees are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FineGroup {
    /// One fee for each item.
    Item,
    /// One fee for each patron, due date and return occasion.
    DueDate,
}

impl Default for Rule {
    /// What holds where the library says nothing: four weeks, three renewals, no fines.
    fn default() -> Self {
        Self {
            agency: None,
            patron_category: None,
            material_group: None,
            branch: None,
            loan_days: 28,
            renewals: 3,
            max_loans: 50,
            max_holds: 50,
            max_overdue: None,
            loanable: true,
            holdable: true,
            renew_when_reserved: false,
            hold_shelf_days: 7,
            interest_days: 180,
            min_age: None,
            fine_per_day: 0,
            fine_steps: Vec::new(),
            child_fine_steps: Vec::new(),
            adult_age: 18,
            fine_cap: None,
            fine_group: FineGroup::Item,
            loan_fee: 0,
            hold_fee: 0,
        }
    }
}

impl Rule {
    /// Whether this rule speaks of such a patron and such an item.
    pub fn matches(&self, agency: &AgencyId, category: &PatronCategory, group: &MaterialGroup, branch: &BranchId) -> bool {
        self.agency.as_ref().is_none_or(|a| a == agency)
            && self.patron_category.as_ref().is_none_or(|c| c == category)
            && self.material_group.as_ref().is_none_or(|g| g == group)
            && self.branch.as_ref().is_none_or(|b| b == branch)
    }
}

/// Who may pass a door, set for each door (Danish profile, section 15).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccessProfile {
    /// Youngest age in years that may pass alone.
    pub min_age: Option<u8>,
    /// Only residents of the agency's municipality.
    pub residents_only: bool,
    /// Local hours from–to; the branch's door hours where none.
    pub hours: Option<(Time, Time)>,
    /// Passes whatever the patron's blocks. Without it those count that stop `open_door` in the table of blocks.
    pub ignore_blocks: bool,
    /// Of those only these codes count, where given: `["O", "U"]`.
    pub blocks: Option<Vec<char>>,
    /// Categories with a permission: they pass whatever their age and residence.
    pub permitted: Vec<PatronCategory>,
    /// Whether the PIN is demanded.
    pub require_pin: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_speaks_of_what_it_names() {
        let rule: Rule = serde_json::from_str(r#"{"patron_category": "child", "material_group": "dvd"}"#).unwrap();
        let agency = AgencyId::parse("DK-761500");
        for (category, group, matches) in [("child", "dvd", true), ("adult", "dvd", false), ("child", "book", false)] {
            let found = rule.matches(&agency, &category.into(), &group.into(), &"main".into());
            assert_eq!(found, matches, "{category} {group}");
        }
        let elsewhere: Rule = serde_json::from_str(r#"{"agency": "710100", "branch": "main"}"#).unwrap();
        assert!(!elsewhere.matches(&agency, &"child".into(), &"dvd".into(), &"main".into()));
        assert!(elsewhere.matches(&AgencyId::parse("DK-710100"), &"child".into(), &"dvd".into(), &"main".into()));
    }

    #[test]
    fn a_misspelt_key_is_an_error() {
        assert!(serde_json::from_str::<Rule>(r#"{"loan_day": 7}"#).is_err());
    }
}
