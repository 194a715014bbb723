//! Bytes to requests: forms and SOAP envelopes to parameters, parameters to requests; and the XML that answers are written with.

pub mod charset;
pub mod form;
pub mod pqf;
pub mod read;
pub mod soap;
pub mod xml;
