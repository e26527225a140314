//! Values of untrusted JSON, taken for what is wanted of them. What is of another kind, too long or
//! one too many is passed over while it is read and is kept nowhere: a tree of it would take a
//! hundred times as much memory as its text.

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// The longest text that is kept.
const MAX_TEXT: usize = 16 << 10;

/// The longest text with a name that is kept: whoever stores it cuts it, and says how long it was.
const MAX_NAMED: usize = 256 << 10;

/// The longest type that is kept: what RFC 6838 allows at most.
const MAX_WORD: usize = 255;

/// The most texts with names of one thing that are kept.
const MAX_TEXTS: usize = 128;

/// The most entries of a list that are kept.
const MAX_ENTRIES: usize = 1_000;

/// What is no list, no object and not too long.
#[derive(Debug, Default)]
pub(crate) enum Loose {
    /// Anything else.
    #[default]
    Nothing,
    Flag(bool),
    Number(u64),
    Text(String),
}

impl Loose {
    /// A text that is not empty.
    pub(crate) fn text(self) -> Option<String> {
        match self {
            Self::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// A type: printable ASCII and not long. It is compared, sorted and stored beside texts of
    /// others, and a database may refuse what else a text can hold.
    pub(crate) fn word(self) -> Option<String> {
        self.text().filter(|text| is_word(text))
    }

    pub(crate) const fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) const fn is_true(&self) -> bool {
        matches!(self, Self::Flag(true))
    }
}

/// Whether this can be a type.
pub(crate) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_WORD && text.bytes().all(|b| matches!(b, b' '..=b'~'))
}

/// What is made of a value, whatever it is; of what is not said here, nothing.
trait Taken<'de>: Default {
    fn flag(&mut self, _: bool) {}

    fn number(&mut self, _: u64) {}

    fn text(&mut self, _: &str) {}

    fn list<A: SeqAccess<'de>>(&mut self, list: A) -> Result<(), A::Error> {
        pass(list).map(drop)
    }

    fn object<A: MapAccess<'de>>(&mut self, mut object: A) -> Result<(), A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// Passes over the rest of a list; answers how long it was.
fn pass<'de, A: SeqAccess<'de>>(mut list: A) -> Result<usize, A::Error> {
    let mut count = 0;
    while list.next_element::<IgnoredAny>()?.is_some() {
        count += 1;
    }
    Ok(count)
}

struct Take<T>(PhantomData<T>);

impl<'de, T: Taken<'de>> Visitor<'de> for Take<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        Ok(with(|taken: &mut T| taken.flag(value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        Ok(with(|taken: &mut T| taken.number(value)))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
        Ok(with(|taken: &mut T| taken.text(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        let mut taken = T::default();
        taken.list(list)?;
        Ok(taken)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<T, A::Error> {
        let mut taken = T::default();
        taken.object(object)?;
        Ok(taken)
    }
}

fn with<T: Default>(fill: impl FnOnce(&mut T)) -> T {
    let mut taken = T::default();
    fill(&mut taken);
    taken
}

fn take<'de, T: Taken<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(Take(PhantomData))
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        take(deserializer)
    }
}

impl Taken<'_> for Loose {
    fn flag(&mut self, value: bool) {
        *self = Self::Flag(value);
    }

    fn number(&mut self, value: u64) {
        *self = Self::Number(value);
    }

    fn text(&mut self, value: &str) {
        if value.len() <= MAX_TEXT {
            *self = Self::Text(value.to_owned());
        }
    }
}

/// An object of known fields; `None` for what is no object. A field that is there twice is an error:
/// two readers could take a different one.
#[derive(Debug)]
pub(crate) struct Object<T>(pub(crate) Option<T>);

impl<T> Default for Object<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        take(deserializer)
    }
}

impl<'de, T: Deserialize<'de>> Taken<'de> for Object<T> {
    fn object<A: MapAccess<'de>>(&mut self, object: A) -> Result<(), A::Error> {
        self.0 = Some(T::deserialize(MapAccessDeserializer::new(object))?);
        Ok(())
    }
}

/// Texts by name, as many as are kept. Of one name the last counts.
#[derive(Debug, Default)]
pub(crate) struct Texts(pub(crate) BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        take(deserializer)
    }
}

impl<'de> Taken<'de> for Texts {
    fn object<A: MapAccess<'de>>(&mut self, mut object: A) -> Result<(), A::Error> {
        while let Some((name, value)) = object.next_entry::<String, Named>()? {
            let room = self.0.len() < MAX_TEXTS || self.0.contains_key(&name);
            if let Named(Some(text)) = value
                && room
                && name.len() <= MAX_TEXT
            {
                self.0.insert(name, text);
            }
        }
        Ok(())
    }
}

/// A text with a name.
#[derive(Debug, Default)]
pub(crate) struct Named(pub(crate) Option<String>);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        take(deserializer)
    }
}

impl Taken<'_> for Named {
    fn text(&mut self, value: &str) {
        if value.len() <= MAX_NAMED {
            self.0 = Some(value.to_owned());
        }
    }
}

/// A list of texts, or one text that stands for a list of one, and how many were left out: no text,
/// too long, or too many.
#[derive(Debug, Default)]
pub(crate) struct TextList(pub(crate) Vec<String>, pub(crate) usize);

impl<'de> Deserialize<'de> for TextList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        take(deserializer)
    }
}

impl<'de> Taken<'de> for TextList {
    fn text(&mut self, value: &str) {
        if !value.is_empty() && value.len() <= MAX_TEXT {
            self.0.push(value.to_owned());
        }
    }

    fn list<A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<(), A::Error> {
        while self.0.len() < MAX_ENTRIES {
            match list.next_element::<Loose>()? {
                Some(entry) => match entry.text() {
                    Some(text) => self.0.push(text),
                    None => self.1 += 1,
                },
                None => return Ok(()),
            }
        }
        self.1 += pass(list)?;
        Ok(())
    }
}

/// The names in an object.
#[derive(Debug, Default)]
pub(crate) struct Names(pub(crate) Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        take(deserializer)
    }
}

impl<'de> Taken<'de> for Names {
    fn object<A: MapAccess<'de>>(&mut self, mut object: A) -> Result<(), A::Error> {
        while let Some((name, _)) = object.next_entry::<String, IgnoredAny>()? {
            if self.0.len() < MAX_ENTRIES && name.len() <= MAX_TEXT {
                self.0.push(name);
            }
        }
        Ok(())
    }
}

/// How long a list is; 0 for what is none.
#[derive(Debug, Default)]
pub(crate) struct Length(pub(crate) usize);

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        take(deserializer)
    }
}

impl<'de> Taken<'de> for Length {
    fn list<A: SeqAccess<'de>>(&mut self, list: A) -> Result<(), A::Error> {
        self.0 = pass(list)?;
        Ok(())
    }
}

/// The first good entries of a list.
#[derive(Debug)]
pub(crate) struct Entries<T> {
    pub(crate) good: Vec<T>,
    /// How many were left out: unreadable, or too many.
    pub(crate) omitted: usize,
    /// Whether it was a list.
    pub(crate) is_list: bool,
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self {
            good: Vec::new(),
            omitted: 0,
            is_list: false,
        }
    }
}

/// What an entry of a list is read as, and made of that; `None` for a bad one.
pub(crate) trait Entry: Sized {
    /// As which it is read.
    type Read: for<'de> Deserialize<'de>;

    /// One bad entry does not make the others unreadable.
    fn of(read: Object<Self::Read>) -> Option<Self>;
}

impl<'de, T: Entry> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        take(deserializer)
    }
}

impl<'de, T: Entry> Taken<'de> for Entries<T> {
    fn list<A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<(), A::Error> {
        self.is_list = true;
        while self.good.len() < MAX_ENTRIES {
            match list.next_element::<Object<T::Read>>()? {
                Some(entry) => match T::of(entry) {
                    Some(good) => self.good.push(good),
                    None => self.omitted += 1,
                },
                None => return Ok(()),
            }
        }
        self.omitted += pass(list)?;
        Ok(())
    }
}
