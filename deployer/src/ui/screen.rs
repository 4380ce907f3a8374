//! Lines that stay, and what is going on right now.

use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::outlook::{self, Left};
use super::streams::Streams;
use super::text::duration;

/// Somebody who reads lines as they come gets one at least this often.
const LONGEST_SILENCE: Duration = Duration::from_mins(1);

/// How often the moving block of a terminal is drawn.
const TICK: Duration = Duration::from_millis(100);

/// Where talk goes.
pub(super) enum Screen {
    /// A terminal: what is going on moves below the lines that stay.
    Live(Streams, Option<Block>),
    /// Anything that keeps what is written, such as a log: what is going on is told when it takes long.
    Log(Arc<Mutex<Silence>>),
    /// Nobody: a program reads the events on stdout instead.
    Nobody,
}

impl Screen {
    /// A terminal.
    pub(super) fn live(streams: Streams) -> Self {
        Self::Live(streams, None)
    }

    /// A log.
    pub(super) fn log(streams: Streams) -> Self {
        let silence = Arc::new(Mutex::new(Silence {
            streams,
            doing: None,
            end: End::default(),
            since: Instant::now(),
        }));
        let watched = Arc::downgrade(&silence);
        thread::spawn(move || break_silence(&watched));
        Self::Log(silence)
    }

    /// Writes lines that stay.
    pub(super) fn say(&self, text: &str) {
        match self {
            Self::Live(streams, Some(block)) => block.bar.suspend(|| streams.tell(text)),
            Self::Live(streams, None) => streams.tell(text),
            Self::Log(silence) => {
                let mut silence = lock(silence);
                silence.since = Instant::now();
                silence.streams.tell(text);
            }
            Self::Nobody => {}
        }
    }

    /// Says what is going on from now on, and for how long.
    pub(super) fn doing(&mut self, what: &str, left: Left) {
        match self {
            Self::Live(streams, block) => {
                let what = streams.shown(what).into_owned();
                let block = block.get_or_insert_with(Block::new);
                lock(&block.end).expect(left, Instant::now());
                block.bar.set_message(what);
            }
            Self::Log(silence) => {
                let mut silence = lock(silence);
                let began = silence
                    .doing
                    .as_ref()
                    .map_or_else(Instant::now, |(_, began)| *began);
                silence.doing = Some((what.to_owned(), began));
                silence.end.expect(left, Instant::now());
            }
            Self::Nobody => {}
        }
    }

    /// Says that what was going on no longer is.
    pub(super) fn idle(&mut self) {
        match self {
            Self::Live(_, block) => {
                if let Some(block) = block.take() {
                    block.bar.finish_and_clear();
                }
            }
            Self::Log(silence) => lock(silence).doing = None,
            Self::Nobody => {}
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.idle();
    }
}

/// What a log has not been told.
pub(super) struct Silence {
    streams: Streams,
    doing: Option<(String, Instant)>,
    end: End,
    since: Instant,
}

impl Silence {
    /// What to tell at `now`, if nothing has been told for long and something is going on.
    fn break_at(&mut self, now: Instant) -> Option<String> {
        let (what, began) = self.doing.as_ref()?;
        if now.duration_since(self.since) < LONGEST_SILENCE {
            return None;
        }
        self.since = now;
        let left = self.end.left(now).map(|left| format!("; {left}"));
        Some(format!(
            "  still {what}, after {}{}",
            duration(now.duration_since(*began)),
            left.unwrap_or_default()
        ))
    }
}

/// When what is going on will be over, where something is known.
#[derive(Clone, Copy, Debug, Default)]
struct End(Option<Instant>);

impl End {
    fn expect(&mut self, left: Left, now: Instant) {
        match left {
            Left::Unknown => self.0 = None,
            Left::About(remaining) => self.0 = Some(now + remaining),
            Left::Unchanged => {}
        }
    }

    fn left(self, now: Instant) -> Option<String> {
        self.0
            .map(|end| outlook::left(end.saturating_duration_since(now)))
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells what is going on whenever nothing was told for long, until the log is gone.
fn break_silence(watched: &Weak<Mutex<Silence>>) {
    while let Some(silence) = watched.upgrade() {
        let mut held = lock(&silence);
        if let Some(line) = held.break_at(Instant::now()) {
            held.streams.tell(&line);
        }
        drop(held);
        drop(silence);
        thread::sleep(Duration::from_secs(1));
    }
}

/// The moving block of a terminal.
pub(super) struct Block {
    bar: ProgressBar,
    end: Arc<Mutex<End>>,
}

impl Block {
    fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let end = Arc::new(Mutex::new(End::default()));
        // A template that cannot be read would only look plainer.
        if let Ok(style) = ProgressStyle::with_template("  {spinner} {elapsed:>3}{left} {wide_msg}") {
            let shared = Arc::clone(&end);
            let left = move |_: &ProgressState, out: &mut dyn Write| {
                if let Some(left) = lock(&shared).left(Instant::now()) {
                    // What is drawn anew in a moment may fail.
                    let _ = write!(out, ", {left} ·");
                }
            };
            bar.set_style(style.with_key("left", left));
        }
        bar.enable_steady_tick(TICK);
        Self { bar, end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_gets_a_line_a_minute_while_something_goes_on() {
        let began = Instant::now();
        let after = |seconds| began + Duration::from_secs(seconds);
        let mut silence = Silence {
            streams: Streams::default(),
            doing: Some(("building".to_owned(), began)),
            end: End::default(),
            since: began,
        };
        assert_eq!(silence.break_at(after(59)), None);
        assert_eq!(
            silence.break_at(after(60)).as_deref(),
            Some("  still building, after 1 min 00 s")
        );
        assert_eq!(silence.break_at(after(119)), None);
        assert_eq!(
            silence.break_at(after(120)).as_deref(),
            Some("  still building, after 2 min 00 s")
        );
    }

    #[test]
    fn a_log_is_left_alone_while_nothing_goes_on() {
        let began = Instant::now();
        let mut silence = Silence {
            streams: Streams::default(),
            doing: None,
            end: End::default(),
            since: began,
        };
        assert_eq!(silence.break_at(began + Duration::from_hours(1)), None);
    }

    #[test]
    fn a_log_is_told_how_much_longer_it_may_take() {
        let began = Instant::now();
        let mut silence = Silence {
            streams: Streams::default(),
            doing: Some(("1/2 Api".to_owned(), began)),
            end: End::default(),
            since: began,
        };
        silence.end.expect(Left::About(Duration::from_secs(100)), began);
        silence
            .end
            .expect(Left::Unchanged, began + Duration::from_secs(30));
        let after = |seconds| began + Duration::from_secs(seconds);
        assert_eq!(
            silence.break_at(after(60)).as_deref(),
            Some("  still 1/2 Api, after 1 min 00 s; about 40 s left")
        );
        assert_eq!(
            silence.break_at(after(120)).as_deref(),
            Some("  still 1/2 Api, after 2 min 00 s; longer than last time")
        );
        silence.end.expect(Left::Unknown, after(121));
        assert_eq!(silence.end.left(after(121)), None);
    }
}
