//! What the operator has laid down: agencies, branches, calendars, rules. One snapshot, swapped whole on reload.

use crate::agency::{Agency, AgencyId};
use crate::ids::{BranchId, MaterialGroup, PatronCategory};
use crate::policy::Rule;
use std::collections::BTreeMap;

/// The settings by which decisions are made.
#[derive(Debug, Clone)]
pub struct Library {
    /// Where no agency is named.
    pub default_agency: AgencyId,
    /// Agencies known from the configuration.
    pub agencies: BTreeMap<AgencyId, Agency>,
    /// What holds for an agency that only the data names: the default agency's settings under another id.
    pub unknown_agency: Agency,
    /// In the order written.
    pub rules: Vec<Rule>,
    /// What holds where no rule matches.
    pub fallback_rule: Rule,
}

impl Library {
    /// The settings of an agency, known or not.
    pub fn agency(&self, id: &AgencyId) -> &Agency {
        self.agencies.get(id).unwrap_or(&self.unknown_agency)
    }

    /// The rule for such a patron and such an item: the first that matches.
    pub fn rule(&self, agency: &AgencyId, category: &PatronCategory, group: &MaterialGroup, branch: &BranchId) -> &Rule {
        self.rules
            .iter()
            .find(|rule| rule.matches(agency, category, group, branch))
            .unwrap_or(&self.fallback_rule)
    }
}
