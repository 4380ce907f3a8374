//! Makes inputs of seeds: a number and the seeds make the same input every time.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Makes one input.
pub(super) struct Mutator<'corpus> {
    rng: fastrand::Rng,
    corpus: &'corpus [Vec<u8>],
    words: &'corpus [Vec<u8>],
}

/// Longer inputs show nothing that shorter ones do not, but for the limits, which have tests of their own.
const LONGEST: usize = 16_384;

impl<'corpus> Mutator<'corpus> {
    pub(super) fn new(
        target: &str,
        number: u64,
        corpus: &'corpus [Vec<u8>],
        words: &'corpus [Vec<u8>],
    ) -> Self {
        let mut hasher = DefaultHasher::new();
        (target, number).hash(&mut hasher);
        Self {
            rng: fastrand::Rng::with_seed(hasher.finish()),
            corpus,
            words,
        }
    }

    /// A seed with one to eight changes, mostly one: each leaves less that is accepted.
    pub(super) fn input(mut self) -> Vec<u8> {
        let mut input = self.seed();
        let changes = self.rng.choice([1, 1, 1, 1, 2, 2, 4, 8]).unwrap_or(1);
        for _ in 0..changes {
            self.change(&mut input);
            input.truncate(LONGEST);
        }
        input
    }

    fn seed(&mut self) -> Vec<u8> {
        self.rng.choice(self.corpus).cloned().unwrap_or_default()
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let range = self.range(input);
        match self.rng.u8(0..16) {
            0 => flip_bit(input, &mut self.rng),
            1 => {
                if let Some(byte) = input.get_mut(range.start) {
                    *byte = self.rng.u8(..);
                }
            }
            2 => drop(input.drain(range)),
            3 => {
                let twice = input[range.clone()].to_vec();
                input.splice(range.end..range.end, twice);
            }
            4 => input.truncate(range.start),
            5 | 6 => {
                let word = self.word();
                input.splice(range.start..range.start, word);
            }
            7 => {
                let word = self.word();
                input.splice(range, word);
            }
            8 => {
                // The end of another seed, or a part of it in place of a part of this.
                let other = self.seed();
                let part = self.range(&other);
                input.splice(range, other[part].to_vec());
            }
            9 => self.swap(input),
            10..=12 => next(input, &mut self.rng, u8::is_ascii_digit),
            _ => next(input, &mut self.rng, u8::is_ascii_lowercase),
        }
    }

    /// A place in `input` and some bytes from there on, mostly few.
    fn range(&mut self, input: &[u8]) -> std::ops::Range<usize> {
        // Much is decided at the ends.
        let start = match self.rng.u8(0..8) {
            0 => 0,
            1 => input.len(),
            _ => self.rng.usize(0..=input.len()),
        };
        let longest = self.rng.choice([1, 4, 64]).unwrap_or(1);
        let length = self.rng.usize(0..=longest).min(input.len() - start);
        start..start + length
    }

    fn word(&mut self) -> Vec<u8> {
        self.rng.choice(self.words).cloned().unwrap_or_default()
    }

    /// Lets two parts change places.
    fn swap(&mut self, input: &mut Vec<u8>) {
        let (first, second) = (self.range(input), self.range(input));
        if first.end <= second.start {
            let parts = [
                &input[second.clone()],
                &input[first.end..second.start],
                &input[first.clone()],
            ];
            let swapped = parts.concat();
            input.splice(first.start..second.end, swapped);
        }
    }
}

fn flip_bit(input: &mut [u8], rng: &mut fastrand::Rng) {
    if let Some(byte) = rng.choice(input.iter_mut()) {
        *byte ^= 1 << rng.u8(0..8);
    }
}

/// Makes the next of a digit or a letter: numbers are close to each other where rules about them end, and what is spelt
/// otherwise has the same form.
fn next(input: &mut [u8], rng: &mut fastrand::Rng, kind: fn(&u8) -> bool) {
    let (first, count) = if kind(&b'0') { (b'0', 10) } else { (b'a', 26) };
    let places: Vec<&mut u8> = input.iter_mut().filter(|byte| kind(byte)).collect();
    if let Some(byte) = rng.choice(places) {
        *byte = first + (*byte - first + 1) % count;
    }
}
