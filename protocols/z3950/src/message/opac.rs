//! The OPAC record syntax (digest 7): a record with its holdings.

use super::shared::External;
use crate::codec::InternationalString;

sequence! {
    /// A record with its holdings.
    pub struct OpacRecord {
        /// The record.
        implicit(1) bibliographic_record: Option<External>,
        /// Its holdings.
        implicit(2) holdings_data: Option<Vec<HoldingsRecord>>,
    }
}

choice! {
    /// Holdings, in one of two forms.
    #[allow(clippy::large_enum_variant)] // the large one is the rule
    pub enum HoldingsRecord {
        /// As MARC.
        implicit(1) Marc(External),
        /// As fields.
        implicit(2) HoldingsAndCirc(HoldingsAndCirc),
    }
}

sequence! {
    /// What one place has of a title. All texts are those of the MARC field they name.
    #[derive(Default)]
    pub struct HoldingsAndCirc {
        /// LDR/06: x single, v multipart, y serial, u unknown.
        implicit(1) type_of_record: Option<InternationalString>,
        /// LDR/17.
        implicit(2) encoding_level: Option<InternationalString>,
        /// 007/00-01.
        implicit(3) format: Option<InternationalString>,
        /// 008/06.
        implicit(4) receipt_acq_status: Option<InternationalString>,
        /// 008/12.
        implicit(5) general_retention: Option<InternationalString>,
        /// 008/16.
        implicit(6) completeness: Option<InternationalString>,
        /// 008/26-31.
        implicit(7) date_of_report: Option<InternationalString>,
        /// 852 $a: the library.
        implicit(8) nuc_code: Option<InternationalString>,
        /// 852 $b: the branch.
        implicit(9) local_location: Option<InternationalString>,
        /// 852 $c: where in the branch.
        implicit(10) shelving_location: Option<InternationalString>,
        /// 852 $h $i.
        implicit(11) call_number: Option<InternationalString>,
        /// 852 $j–$m.
        implicit(12) shelving_data: Option<InternationalString>,
        /// 852 $t.
        implicit(13) copy_number: Option<InternationalString>,
        /// 852 $z.
        implicit(14) public_note: Option<InternationalString>,
        /// 843.
        implicit(15) reproduction_note: Option<InternationalString>,
        /// 845.
        implicit(16) terms_use_repro: Option<InternationalString>,
        /// 85x, 86x.
        implicit(17) enum_and_chron: Option<InternationalString>,
        /// Volumes and issues.
        implicit(18) volumes: Option<Vec<Volume>>,
        /// One for each copy.
        implicit(19) circulation_data: Option<Vec<CircRecord>>,
    }
}

sequence! {
    /// A volume or an issue.
    pub struct Volume {
        /// Its number.
        implicit(1) enumeration: Option<InternationalString>,
        /// Its date.
        implicit(2) chronology: Option<InternationalString>,
        /// Both.
        implicit(3) enum_and_chron: Option<InternationalString>,
    }
}

sequence! {
    /// One copy.
    pub struct CircRecord {
        /// Whether it stands there to be taken.
        implicit(1) available_now: bool,
        /// When it is due back.
        implicit(2) availability_date: Option<InternationalString>,
        /// Until when it is there.
        implicit(3) available_thru: Option<InternationalString>,
        /// Why it cannot be had, or how.
        implicit(4) restrictions: Option<InternationalString>,
        /// Its barcode.
        implicit(5) item_id: Option<InternationalString>,
        /// Whether its loan can be renewed.
        implicit(6) renewable: bool,
        /// Whether somebody waits.
        implicit(7) on_hold: bool,
        /// Which volume or issue.
        implicit(8) enum_and_chron: Option<InternationalString>,
        /// The spine label.
        implicit(9) midspine: Option<InternationalString>,
        /// Where it is for now.
        implicit(10) temporary_location: Option<InternationalString>,
    }
}
