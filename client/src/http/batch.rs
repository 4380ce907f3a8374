//! PURE: one event, or several.

/// One event or several, which are appended together: all of them, next to each other, or none.
///
/// Whatever takes a batch takes an event, and a `Vec`, an array or a slice of events as well; an iterator is collected into one.
///
/// ```
/// use event_store_client::Batch;
///
/// fn count(events: impl Into<Batch<&'static str>>) -> usize {
///     events.into().into_iter().count()
/// }
///
/// assert_eq!(count("placed"), 1);
/// assert_eq!(count(["placed", "paid"]), 2);
/// assert_eq!(count(vec!["placed", "paid", "sent"]), 3);
/// assert_eq!(count(&["placed", "paid"][..]), 2);
/// assert_eq!(count(["placed", "paid"].into_iter().collect::<Batch<_>>()), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch<E>(Vec<E>);

impl<E> From<E> for Batch<E> {
    fn from(event: E) -> Self {
        Self(vec![event])
    }
}

impl<E> From<Vec<E>> for Batch<E> {
    fn from(events: Vec<E>) -> Self {
        Self(events)
    }
}

impl<E: Clone> From<&[E]> for Batch<E> {
    fn from(events: &[E]) -> Self {
        Self(events.into())
    }
}

impl<E: Clone> From<&Vec<E>> for Batch<E> {
    fn from(events: &Vec<E>) -> Self {
        Self(events.clone())
    }
}

impl<E, const COUNT: usize> From<[E; COUNT]> for Batch<E> {
    fn from(events: [E; COUNT]) -> Self {
        Self(events.into())
    }
}

impl<E> FromIterator<E> for Batch<E> {
    fn from_iter<Events: IntoIterator<Item = E>>(events: Events) -> Self {
        Self(events.into_iter().collect())
    }
}

impl<E> IntoIterator for Batch<E> {
    type Item = E;
    type IntoIter = std::vec::IntoIter<E>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
