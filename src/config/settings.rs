//! The typed tree → the settings by which the core decides.

use super::problems::Problem;
use super::{AgencySection, BranchSection, Config};
use skranke_core::agency::{Agency, AgencyId, Branch};
use skranke_core::calendar::Calendar;
use skranke_core::library::Library;
use skranke_core::money::Money;
use skranke_core::policy::Rule;
use skranke_core::time::{Date, Time, TimeZone};
use std::collections::{BTreeMap, BTreeSet};

/// The settings of a configuration. Where there are problems they are not to be served, only looked at for more problems.
pub fn library(config: &Config, problems: &mut Vec<Problem>) -> Library {
    let section = &config.library;
    let zone = time_zone(&section.time_zone, &["library", "time_zone"], problems).unwrap_or(TimeZone::UTC);
    let default = Agency {
        id: section.agency.clone(),
        name: section.name.clone().unwrap_or_else(|| section.agency.to_string()),
        time_zone: zone,
        currency: section.currency,
        language: section.language.clone(),
        debt_limit: Money::new(section.debt_limit, section.currency),
        municipality: municipality(&section.agency),
        branches: BTreeMap::new(),
        calendar: Calendar::default(),
        categories_by_age: Vec::new(),
    };
    let mut agencies = BTreeMap::from([(default.id.clone(), default.clone())]);
    for (n, section) in config.agencies.iter().enumerate() {
        let n = n.to_string();
        let agency = agency(section, &default, &n, problems);
        agencies.insert(agency.id.clone(), agency);
    }
    for (n, rule) in config.rules.iter().enumerate() {
        check_rule(rule, &n.to_string(), problems);
    }
    let unknown_agency = Agency {
        branches: BTreeMap::new(),
        ..agencies.get(&default.id).cloned().unwrap_or(default.clone())
    };
    Library {
        default_agency: default.id,
        agencies,
        unknown_agency,
        rules: config.rules.clone(),
        fallback_rule: Rule::default(),
    }
}

fn agency(section: &AgencySection, default: &Agency, n: &str, problems: &mut Vec<Problem>) -> Agency {
    let key = ["agency", n];
    let zone = section
        .time_zone
        .as_ref()
        .and_then(|name| time_zone(name, &["agency", n, "time_zone"], problems));
    let currency = section.currency.unwrap_or(default.currency);
    let calendar = calendar(
        &section.closed_weekdays,
        &section.closed_days,
        section.door_hours.as_ref(),
        &key,
        problems,
    );
    let branches = section
        .branches
        .iter()
        .enumerate()
        .map(|(b, branch)| {
            (
                branch.id.clone(),
                self::branch(branch, &calendar, &["agency", n, "branch", &b.to_string()], problems),
            )
        })
        .collect();
    Agency {
        id: section.agency.clone(),
        name: section.name.clone().unwrap_or_else(|| {
            if section.agency == default.id {
                default.name.clone()
            } else {
                section.agency.to_string()
            }
        }),
        time_zone: zone.unwrap_or_else(|| default.time_zone.clone()),
        currency,
        language: section.language.clone().unwrap_or_else(|| default.language.clone()),
        debt_limit: Money::new(section.debt_limit.unwrap_or(default.debt_limit.minor), currency),
        municipality: section.municipality.clone().or_else(|| municipality(&section.agency)),
        branches,
        calendar,
        categories_by_age: section.categories_by_age.clone(),
    }
}

fn branch(section: &BranchSection, agency: &Calendar, key: &[&str], problems: &mut Vec<Problem>) -> Branch {
    let own = section.closed_weekdays.is_some() || section.closed_days.is_some() || section.door_hours.is_some();
    let calendar = own.then(|| {
        let mut calendar = calendar(
            section.closed_weekdays.as_deref().unwrap_or_default(),
            section.closed_days.as_deref().unwrap_or_default(),
            section.door_hours.as_ref(),
            key,
            problems,
        );
        if section.closed_weekdays.is_none() {
            calendar.closed_weekdays.clone_from(&agency.closed_weekdays);
        }
        if section.closed_days.is_none() {
            calendar.closed_days.clone_from(&agency.closed_days);
        }
        calendar.door_hours = calendar.door_hours.or(agency.door_hours);
        calendar
    });
    Branch {
        id: section.id.clone(),
        name: section.name.clone().unwrap_or_else(|| section.id.to_string()),
        isil: section.isil.clone(),
        calendar,
    }
}

/// A public or school library's number holds the municipality's (Danish profile, section 1).
fn municipality(agency: &AgencyId) -> Option<String> {
    let digits = agency.as_str().strip_prefix("DK-")?;
    (digits.len() == 6 && digits.starts_with(['6', '7'])).then(|| digits.chars().skip(1).take(3).collect())
}

fn time_zone(name: &str, key: &[&str], problems: &mut Vec<Problem>) -> Option<TimeZone> {
    match TimeZone::get(name) {
        Ok(zone) => Some(zone),
        Err(_) => {
            problems.push(Problem::error(
                key,
                format!("{name:?} is no time zone"),
                "write an IANA name such as \"Europe/Copenhagen\"",
            ));
            None
        }
    }
}

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

fn calendar(weekdays: &[String], days: &[Date], hours: Option<&(String, String)>, key: &[&str], problems: &mut Vec<Problem>) -> Calendar {
    let at = |last: &'static str| -> Vec<&str> { key.iter().copied().chain([last]).collect() };
    let mut closed_weekdays = BTreeSet::new();
    for name in weekdays {
        match (1i8..).zip(WEEKDAYS).find(|(_, weekday)| name.eq_ignore_ascii_case(weekday)) {
            Some((number, _)) => {
                closed_weekdays.insert(number);
            }
            None => problems.push(Problem::error(
                &at("closed_weekdays"),
                format!("{name:?} is no weekday"),
                format!("write one of: {}", WEEKDAYS.join(", ")),
            )),
        }
    }
    if closed_weekdays.len() == 7 {
        problems.push(Problem::error(
            &at("closed_weekdays"),
            "it is never open: no due date could fall",
            "leave at least one weekday open",
        ));
    }
    let door_hours = hours.and_then(|(from, to)| match (from.parse::<Time>(), to.parse::<Time>()) {
        (Ok(from), Ok(to)) => Some((from, to)),
        _ => {
            problems.push(Problem::error(
                &at("door_hours"),
                "not two times of day",
                "write e.g. [\"06:00\", \"22:00\"]",
            ));
            None
        }
    });
    Calendar {
        closed_weekdays,
        closed_days: days.iter().copied().collect(),
        door_hours,
    }
}

fn check_rule(rule: &Rule, n: &str, problems: &mut Vec<Problem>) {
    for (name, steps) in [("fine_steps", &rule.fine_steps), ("child_fine_steps", &rule.child_fine_steps)] {
        let rising = steps.windows(2).all(|pair| matches!(pair, [a, b] if a.0 < b.0 && a.1 <= b.1));
        if !rising || steps.iter().any(|step| step.0 == 0 || step.1 < 0) {
            problems.push(Problem::error(
                &["rule", n, name],
                "the steps do not rise",
                "write [[day, minor units], …] with days from 1, rising, and fees that never fall",
            ));
        }
    }
    if rule.fine_per_day > 0 && !rule.fine_steps.is_empty() {
        problems.push(Problem::error(
            &["rule", n, "fine_per_day"],
            "the rule has fees both per day and in steps",
            "keep `fine_per_day` or `fine_steps`",
        ));
    }
    let amounts = [rule.fine_per_day, rule.loan_fee, rule.hold_fee, rule.fine_cap.unwrap_or(0)];
    if amounts.iter().any(|&amount| amount < 0) {
        problems.push(Problem::error(
            &["rule", n],
            "an amount is below zero",
            "write amounts in minor units, from 0",
        ));
    }
}
