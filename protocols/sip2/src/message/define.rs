//! How a message is written down: its clause's field list becomes the type, its reader and its writer.

/// A message of the protocol.
pub trait Message: Sized {
    /// Command id.
    const ID: [u8; 2];
    /// The standard's name.
    const NAME: &'static str;
    /// Reads what follows the command id. Total: what is missing is blank, empty or absent.
    fn read(rest: &[u8], dialect: crate::codec::Dialect) -> Self;
    /// Its fields for operators, from the same bytes as [`read`](Self::read) takes.
    fn shown(rest: &[u8], dialect: crate::codec::Dialect) -> Vec<crate::message::shown::Shown>;
    /// Writes the whole message but trailer and terminator.
    fn write(&self, out: &mut crate::codec::Writer<'_>);
}

/// The type of an identified field: `required` is always there on output, `optional` only when known, `repeated` any number of times.
macro_rules! field_type {
    (required $ty:ty) => { $ty };
    (optional $ty:ty) => { Option<$ty> };
    (repeated $ty:ty) => { Vec<$ty> };
}

macro_rules! read_field {
    (required $id:literal $fields:ident) => {
        $fields.one($id).unwrap_or_default()
    };
    (optional $id:literal $fields:ident) => {
        $fields.one($id)
    };
    (repeated $id:literal $fields:ident) => {
        $fields.all($id)
    };
}

macro_rules! write_field {
    (required $id:literal $value:expr, $out:ident) => {
        $crate::message::types::Value::write(&$value, *$id, $out)
    };
    (optional $id:literal $value:expr, $out:ident) => {
        if let Some(value) = &$value {
            $crate::message::types::Value::write(value, *$id, $out);
        }
    };
    (repeated $id:literal $value:expr, $out:ident) => {
        for value in &$value {
            $crate::message::types::Value::write(value, *$id, $out);
        }
    };
}

macro_rules! message {
    (
        $(#[$doc:meta])*
        $name:ident = $code:literal $title:literal
        fixed { $( $(#[$fixed_doc:meta])* $fixed:ident: $fixed_type:ty, )* }
        fields { $( $(#[$field_doc:meta])* $id:literal $kind:ident $field:ident: $field_type:ty, )* }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            $( $(#[$fixed_doc])* pub $fixed: $fixed_type, )*
            $( $(#[$field_doc])* pub $field: $crate::message::define::field_type!($kind $field_type), )*
            /// Fields that this message does not define, in the order received.
            pub extra: Vec<$crate::message::types::Extra>,
        }

        impl Default for $name {
            fn default() -> Self {
                <Self as $crate::message::Message>::read(b"", $crate::codec::Dialect::default())
            }
        }

        impl $crate::message::Message for $name {
            const ID: [u8; 2] = *$code;
            const NAME: &'static str = $title;

            fn read(rest: &[u8], dialect: $crate::codec::Dialect) -> Self {
                #[allow(unused_mut)]
                let mut reader = $crate::codec::read::FixedReader::new(rest);
                $( let $fixed: $fixed_type = reader.take(); )*
                let fields = $crate::codec::read::FieldReader::new(reader.pieces(dialect.delimiter), dialect.charset);
                Self {
                    $( $fixed, )*
                    $( $field: $crate::message::define::read_field!($kind $id fields), )*
                    extra: fields.others(&[$( $id ),*]),
                }
            }

            fn shown(rest: &[u8], dialect: $crate::codec::Dialect) -> Vec<$crate::message::shown::Shown> {
                use $crate::message::shown::Shown;
                #[allow(unused_mut)]
                let mut reader = $crate::codec::read::FixedReader::new(rest);
                let mut shown = vec![$( Shown::fixed(stringify!($fixed), reader.taken::<$fixed_type>()) ),*];
                let pieces = reader.pieces(dialect.delimiter);
                shown.extend(pieces.iter().map(|piece| Shown::identified(piece, dialect.charset)));
                shown
            }

            fn write(&self, out: &mut $crate::codec::Writer<'_>) {
                out.fixed(std::str::from_utf8($code).unwrap_or_default());
                $( $crate::message::types::Fixed::write(&self.$fixed, out); )*
                $( $crate::message::define::write_field!($kind $id self.$field, out); )*
                for extra in &self.extra {
                    out.field(extra.id, &extra.value);
                }
            }
        }
    };
}

pub(crate) use {field_type, message, read_field, write_field};
