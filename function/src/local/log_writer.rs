//! Writes log lines without ever waiting for their reader.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// How many lines wait to be written: some hundred bytes each.
const WAITING: usize = 4_096;

/// How long the lines that are left at the end may take.
const LAST_PATIENCE: Duration = Duration::from_millis(500);

enum Message {
    Line(Vec<u8>),
    /// Say when all before this is written.
    Flush(SyncSender<()>),
}

/// Passes lines to a thread that writes them. If the thread cannot keep up, because nobody reads from a full
/// pipe, lines are dropped and counted.
#[derive(Clone)]
pub(super) struct LogWriter {
    lines: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
}

impl LogWriter {
    /// Starts the thread, which writes to `target`.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(super) fn to(target: impl Write + Send + 'static) -> io::Result<Self> {
        let (lines, waiting) = sync_channel(WAITING);
        let dropped = Arc::new(AtomicU64::new(0));
        let counted = dropped.clone();
        std::thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write_all(&waiting, target, &counted))?;
        Ok(Self { lines, dropped })
    }

    /// Waits until what was logged is written, for a bounded time.
    pub(super) fn flush(&self) {
        let (written, told) = sync_channel(1);
        // A full queue has no room for the question, either: its lines are not written soon.
        if self.lines.try_send(Message::Flush(written)).is_ok() {
            let _: Result<(), RecvTimeoutError> = told.recv_timeout(LAST_PATIENCE);
        }
    }
}

fn write_all(waiting: &Receiver<Message>, mut target: impl Write, dropped: &AtomicU64) {
    while let Ok(message) = waiting.recv() {
        // When it cannot be written there is nobody to tell.
        match message {
            Message::Line(line) => {
                let _ = target.write_all(&line);
            }
            Message::Flush(written) => {
                let _ = target.flush();
                let _ = written.send(());
            }
        }
        let missed = dropped.swap(0, Ordering::Relaxed);
        if missed > 0 {
            let _ = writeln!(
                target,
                "WARN {missed} lines were dropped: nobody read what was logged"
            );
        }
    }
}

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(TrySendError::Full(_)) = self.lines.try_send(Message::Line(bytes.to_vec())) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_pipe_that_nobody_reads_holds_up_nobody_and_what_is_missing_is_counted() {
        let (mut reader, writer) = io::pipe().unwrap();
        let mut log = LogWriter::to(writer).unwrap();
        let line = [b"x".repeat(99), b"\n".to_vec()].concat();
        for _ in 0..3 * WAITING {
            log.write_all(&line).unwrap();
        }
        drop(log);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        let written = text.lines().filter(|line| line.starts_with('x')).count();
        let dropped: usize = text
            .lines()
            .filter_map(|line| {
                line.strip_prefix("WARN ")?
                    .split(' ')
                    .next()?
                    .parse::<usize>()
                    .ok()
            })
            .sum();
        assert_eq!(written + dropped, 3 * WAITING);
        assert!(dropped > 0, "{written}");
    }
}
