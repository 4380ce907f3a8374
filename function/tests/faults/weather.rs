//! When things go wrong: faults come in spells.

use fastrand::Rng;

use super::fault::Fault;
use super::request::Request;

/// How much goes wrong, and what does just now.
///
/// Whether a request fails depends on whether the one before did, so that some spells outlast the retries of the SDK
/// although no more than the given share of the requests fails.
#[derive(Debug)]
pub(crate) struct Weather {
    share: f64,
    persistence: f64,
    spell: Option<Fault>,
}

impl Weather {
    /// Nothing goes wrong.
    pub(crate) const CALM: Self = Self {
        share: 0.0,
        persistence: 0.0,
        spell: None,
    };

    /// The largest share of the requests that fail.
    pub(crate) const WORST: f64 = 0.3;

    pub(crate) fn random(rng: &mut Rng) -> Self {
        Self {
            share: rng.choice([0.0, 0.1, 0.2, Self::WORST]).unwrap_or_default(),
            persistence: rng.choice([0.3, 0.6, 0.8]).unwrap_or_default(),
            spell: None,
        }
    }

    /// What happens to `request`, if anything does.
    pub(crate) fn befall(&mut self, request: &Request, rng: &mut Rng) -> Option<Fault> {
        // The chance at which spells must begin for the share to be what it is.
        let begins = self.share * (1.0 - self.persistence) / (1.0 - self.share);
        self.spell = match self.spell {
            Some(fault) if rng.f64() < self.persistence => Some(fault),
            None if rng.f64() < begins => rng.choice(Fault::ALL),
            _ => None,
        };
        match self.spell {
            // That is no failure: an eventual reading may show an earlier state in any weather.
            None if request.is_eventual_read() && rng.bool() => Some(Fault::ReadStale),
            Some(fault) if rng.f64() < 0.7 && fault.befalls(request) => Some(fault),
            // A spell is mostly, but not only, of one kind.
            Some(_) => {
                let possible = Fault::ALL.into_iter().filter(|fault| fault.befalls(request));
                rng.choice(possible.collect::<Vec<_>>())
            }
            None => None,
        }
    }
}
