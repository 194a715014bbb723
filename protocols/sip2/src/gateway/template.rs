//! Templates of AE, DA and AV (digest 10): `{placeholders}` filled from what is known.

use super::Context;
use super::screen::Texts;
use super::status::fee_type;
use crate::codec::tables::FEE_TYPE;
use crate::message::types::Extra;
use skranke_core::account::Fee;
use skranke_core::money::Money;
use skranke_core::time::local_date;

/// A person's name as the template has it.
pub fn name(template: &str, name: &str, pickup_number: Option<u16>) -> String {
    if template == "{name}" {
        return name.to_owned();
    }
    let (first, last) = name
        .split_once(' ')
        .map_or((name, ""), |(first, rest)| (first, rest.rsplit(' ').next().unwrap_or(rest)));
    let initials: String = name.split([' ', '-']).filter_map(|word| word.chars().next()).collect();
    let number = pickup_number.map(|n| n.to_string()).unwrap_or_default();
    fill(
        template,
        &[
            ("name", name),
            ("first", first),
            ("last", last),
            ("initials", &initials),
            ("pickup_number", &number),
        ],
    )
}

/// The fields of one fee in detail, by the table `data/fee_details.csv`, as far as `answer` has them: the fields of a fee stand together.
pub fn fee_details(answer: &[u8; 2], fee: &Fee, context: &Context<'_>, texts: &Texts) -> Vec<Extra> {
    let rows = include_str!("../../data/fee_details.csv").lines().skip(1);
    rows.filter_map(|row| {
        let (id, template) = row.split_once(',')?;
        let id: [u8; 2] = id.as_bytes().try_into().ok()?;
        let value = fill_fee(template, fee, context, texts);
        context.terminal.extensions.on(answer, &id).then_some(Extra { id, value })
    })
    .collect()
}

/// An entry of the list of fees.
pub fn fine(fee: &Fee, context: &Context<'_>, texts: &Texts) -> String {
    fill_fee(&context.terminal.account.fine_template, fee, context, texts)
}

fn fill_fee(template: &str, fee: &Fee, context: &Context<'_>, texts: &Texts) -> String {
    let code = fee_type(fee.kind);
    let owed = Money::new(fee.owed(), fee.amount.currency);
    fill(
        template,
        &[
            ("id", &fee.id.to_string()),
            ("amount", &owed.to_string()),
            ("currency", owed.currency.as_str()),
            ("type", &format!("{code:02}")),
            ("type_name", FEE_TYPE.name(code).unwrap_or_default()),
            ("date", &texts.date(local_date(fee.raised, context.zone()))),
            ("raised", &context.date(fee.raised).to_string()),
            ("paid", &Money::new(fee.paid, fee.amount.currency).to_string()),
            ("text", &fee.text),
        ],
    )
}

/// Fills a template in one pass, so that a value that looks like a placeholder stays as it is.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let known = after
            .split_once('}')
            .and_then(|(name, after)| values.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value, after)));
        match known {
            Some((value, after)) => {
                out.push_str(value);
                rest = after;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_as_the_account_wants() {
        let whole = "Åse Marie Lund-Hansen";
        for (template, shown) in [
            ("{name}", whole),
            ("{first} {last}", "Åse Lund-Hansen"),
            ("{last}, {first}", "Lund-Hansen, Åse"),
            ("{initials}", "ÅMLH"),
            ("{pickup_number} {initials}", "17 ÅMLH"),
            ("{nonsense} {", "{nonsense} {"),
        ] {
            assert_eq!(name(template, whole, Some(17)), shown, "{template}");
        }
    }
}
