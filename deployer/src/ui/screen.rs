//! Permanent lines, and the current activity.

use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::outlook::{self, Left};
use super::streams::Streams;
use super::text::duration;

/// The longest time without a line in a log.
const LONGEST_SILENCE: Duration = Duration::from_mins(1);

/// How often a terminal's live block is redrawn.
const TICK: Duration = Duration::from_millis(100);

/// The destination of messages.
pub(super) enum Screen {
    /// A terminal: the current activity is a live block below the permanent lines.
    Live(Streams, Option<Block>),
    /// Anything that keeps its text, such as a log: the current activity is reported if it takes long.
    Log(Arc<Mutex<Silence>>),
    /// Nothing: a program reads the events on stdout instead.
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

    /// Writes permanent lines.
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

    /// Sets the current activity, and how long it will take.
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

    /// Ends the current activity.
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

/// The time since a log's last line.
pub(super) struct Silence {
    streams: Streams,
    doing: Option<(String, Instant)>,
    end: End,
    since: Instant,
}

impl Silence {
    /// The line to write at `now`, if there was none for long and an activity is in progress.
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

/// The expected end of the current activity, if known.
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

/// Reports the current activity whenever there was no line for long, until the log is gone.
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

/// The live block of a terminal.
pub(super) struct Block {
    bar: ProgressBar,
    end: Arc<Mutex<End>>,
}

impl Block {
    fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let end = Arc::new(Mutex::new(End::default()));
        // With an invalid template, the block would only look plainer.
        if let Ok(style) = ProgressStyle::with_template("  {spinner} {elapsed:>3}{left} {wide_msg}") {
            let shared = Arc::clone(&end);
            let left = move |_: &ProgressState, out: &mut dyn Write| {
                if let Some(left) = lock(&shared).left(Instant::now()) {
                    // A failure does not matter, because the block is redrawn in a moment.
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
