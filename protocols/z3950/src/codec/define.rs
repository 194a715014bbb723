//! Messages as the standard writes them: one declaration gives the type, its reader and its writer.

/// A SEQUENCE. Each component is `implicit(n)`, `explicit(n)` or `untagged`; one of type `Option` may be left out. Elements
/// that follow the last known component are passed over. `as [n]` gives it a tag of its own in place of SEQUENCE's.
macro_rules! sequence {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(as [$own:literal])? {
            $( $(#[$field_meta:meta])* $how:ident $(($number:literal))? $field:ident : $ty:ty ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $ty, )*
        }

        impl $crate::codec::Taggable for $name {
            const TAG: $crate::codec::Tag = sequence!(@tag $($own)?);

            fn read_content(element: $crate::codec::Element<'_>) -> Result<Self, $crate::codec::Malformed> {
                let mut elements = element.children()?;
                Ok(Self {
                    $( $field: sequence!(@take elements, $how $(($number))?)?, )*
                })
            }

            fn write_as(&self, tag: $crate::codec::Tag, out: &mut $crate::codec::Writer) {
                out.constructed(tag, |out| {
                    let value = self;
                    sequence!(@put value, out, $( $how $(($number))? $field, )*);
                });
            }
        }
    };
    (@tag) => { $crate::codec::Tag::SEQUENCE };
    (@tag $number:literal) => { $crate::codec::Tag::context($number) };
    (@take $elements:ident, implicit($number:literal)) => {
        $crate::codec::read::ImplicitComponent::take(&mut $elements, $number)
    };
    (@take $elements:ident, explicit($number:literal)) => {
        $crate::codec::read::Component::take_explicit(&mut $elements, $number)
    };
    (@take $elements:ident, untagged) => {
        $crate::codec::read::Component::take_untagged(&mut $elements)
    };
    // Written from the back to the front: the last component first.
    (@put $value:ident, $out:ident,) => {};
    (@put $value:ident, $out:ident, implicit($number:literal) $field:ident, $($rest:tt)*) => {
        sequence!(@put $value, $out, $($rest)*);
        $crate::codec::read::ImplicitComponent::put(&$value.$field, $number, $out);
    };
    (@put $value:ident, $out:ident, explicit($number:literal) $field:ident, $($rest:tt)*) => {
        sequence!(@put $value, $out, $($rest)*);
        $crate::codec::read::Component::put_explicit(&$value.$field, $number, $out);
    };
    (@put $value:ident, $out:ident, untagged $field:ident, $($rest:tt)*) => {
        sequence!(@put $value, $out, $($rest)*);
        $crate::codec::read::Component::put_untagged(&$value.$field, $out);
    };
}

/// A CHOICE. Each alternative is `implicit(n)`, `explicit(n)` or `untagged`; the first that accepts the tag is taken.
macro_rules! choice {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $how:ident $(($number:literal))? $variant:ident ($ty:ty) ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $name {
            $( $(#[$variant_meta])* $variant($ty), )*
        }

        impl $crate::codec::Asn1 for $name {
            fn accepts(tag: $crate::codec::Tag) -> bool {
                $( choice!(@accepts tag, $ty, $how $(($number))?) )||*
            }

            fn read(element: $crate::codec::Element<'_>) -> Result<Self, $crate::codec::Malformed> {
                let tag = element.tag;
                $(
                    if choice!(@accepts tag, $ty, $how $(($number))?) {
                        return choice!(@read element, $ty, $how).map(Self::$variant);
                    }
                )*
                Err(element.wrong("none of the alternatives"))
            }

            fn write(&self, out: &mut $crate::codec::Writer) {
                match self {
                    $( Self::$variant(value) => choice!(@write value, out, $how $(($number))?), )*
                }
            }
        }
    };
    (@accepts $tag:ident, $ty:ty, untagged) => {
        <$ty as $crate::codec::Asn1>::accepts($tag)
    };
    (@accepts $tag:ident, $ty:ty, $how:ident($number:literal)) => {
        $tag == $crate::codec::Tag::context($number)
    };
    (@read $element:ident, $ty:ty, implicit) => {
        <$ty as $crate::codec::Taggable>::read_content($element)
    };
    (@read $element:ident, $ty:ty, explicit) => {
        $element.inner().and_then(<$ty as $crate::codec::Asn1>::read)
    };
    (@read $element:ident, $ty:ty, untagged) => {
        <$ty as $crate::codec::Asn1>::read($element)
    };
    (@write $value:ident, $out:ident, implicit($number:literal)) => {
        $crate::codec::Taggable::write_as($value, $crate::codec::Tag::context($number), $out)
    };
    (@write $value:ident, $out:ident, explicit($number:literal)) => {
        $out.constructed($crate::codec::Tag::context($number), |out| $crate::codec::Asn1::write($value, out))
    };
    (@write $value:ident, $out:ident, untagged) => {
        $crate::codec::Asn1::write($value, $out)
    };
}
