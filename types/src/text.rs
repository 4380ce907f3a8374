//! Which characters are visible, and the impls of every newtype that is text in JSON.

/// Whether a character is visible: not a control character, a line or paragraph separator, or a formatting character (Unicode's `Cc`,
/// `Zl`, `Zp` and `Cf`). With those a text can look like another one, and terminals obey some of them.
pub fn is_seen(character: char) -> bool {
    !(character.is_control() || is_formatting(character))
}

/// `Zl`, `Zp` and `Cf` of the Unicode Character Database, <https://www.unicode.org/Public/17.0.0/ucd/extracted/DerivedGeneralCategory.txt>.
fn is_formatting(character: char) -> bool {
    matches!(
        u32::from(character),
        0x00ad
            | 0x0600..=0x0605
            | 0x061c
            | 0x06dd
            | 0x070f
            | 0x0890..=0x0891
            | 0x08e2
            | 0x180e
            | 0x200b..=0x200f
            | 0x2028..=0x202e
            | 0x2060..=0x2064
            | 0x2066..=0x206f
            | 0xfeff
            | 0xfff9..=0xfffb
            | 0x0001_10bd
            | 0x0001_10cd
            | 0x0001_3430..=0x0001_343f
            | 0x0001_bca0..=0x0001_bca3
            | 0x0001_d173..=0x0001_d17a
            | 0x000e_0001
            | 0x000e_0020..=0x000e_007f
    )
}

/// Implements `Serialize`, `Deserialize` and `TryFrom<&str>` over a type's `Display` (its canonical text) and
/// its `FromStr`.
macro_rules! travels_as_text {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = <$name as std::str::FromStr>::Err;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
    };
}

pub(crate) use travels_as_text;
