//! Questions to the user at the terminal.

use std::io::{BufRead as _, stdin};

use rustix::termios::{QueueSelector, tcflush};
use tokio::task::spawn_blocking;

use super::streams::Streams;

/// Asks a yes-or-no question on stderr. Anything but a yes is a no, including the end of input.
pub(super) async fn yes_or_no(streams: &Streams, question: &str) -> bool {
    let answer = line(streams, &format!("{question} [y/N] ")).await;
    matches!(answer.to_lowercase().as_str(), "y" | "yes")
}

/// Asks for a line of text on stderr. Only input that is typed after the question counts.
pub(super) async fn line(streams: &Streams, question: &str) -> String {
    // Without a terminal, nothing was typed and nobody is asked.
    let _ = tcflush(stdin(), QueueSelector::IFlush);
    streams.ask(question);
    // Ctrl-C must work while the user types nothing.
    let typed = spawn_blocking(|| {
        let mut line = String::new();
        stdin().lock().read_line(&mut line).map(|_| line)
    });
    match typed.await {
        Ok(Ok(line)) => {
            if !line.ends_with('\n') {
                streams.tell("");
            }
            line.trim().to_owned()
        }
        // The end of input, or unreadable input, is no consent.
        Ok(Err(_)) | Err(_) => String::new(),
    }
}
