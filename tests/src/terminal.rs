//! A program at a terminal, and a user who reads and types there.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use tokio::process::{Child, Command};

/// How long an expected text may take to appear.
const APPEARS_WITHIN: Duration = Duration::from_mins(2);

/// A program that runs at a terminal.
#[derive(Debug)]
pub struct Terminal {
    keyboard: File,
    screen: Arc<Mutex<Vec<u8>>>,
    child: Child,
}

impl Terminal {
    /// Runs a program with its three streams at a terminal with this number of columns.
    pub(crate) fn run(mut command: Command, columns: u16) -> Self {
        let controller =
            openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there is a terminal to be had");
        grantpt(&controller).expect("a new terminal can be granted");
        unlockpt(&controller).expect("a new terminal can be unlocked");
        let size = Winsize {
            ws_row: 50,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&controller, size).expect("a terminal has a size");
        let name = ptsname(&controller, Vec::new()).expect("a terminal has a name");
        let stream = || {
            let opened = open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty());
            Stdio::from(opened.expect("a new terminal can be opened"))
        };
        let child = command
            .env("TERM", "xterm")
            .stdin(stream())
            .stdout(stream())
            .stderr(stream())
            .spawn()
            .expect("the program can be run");
        // The command holds the other end of the terminal, which closes with its last holder.
        drop(command);
        let keyboard = File::from(controller);
        let screen = Arc::default();
        let reader = keyboard.try_clone().expect("a file can be read from two places");
        std::thread::spawn({
            let screen = Arc::clone(&screen);
            move || read_all(reader, &screen)
        });
        Self {
            keyboard,
            screen,
            child,
        }
    }

    /// Types this text.
    pub fn press(&mut self, keys: &str) {
        self.keyboard
            .write_all(keys.as_bytes())
            .expect("a terminal takes what is typed");
    }

    /// Waits until a text appears, and returns the output up to then.
    ///
    /// # Panics
    /// The text does not appear.
    pub async fn appears(&self, text: &str) -> String {
        let began = Instant::now();
        loop {
            let seen = self.seen();
            if seen.contains(text) {
                return seen;
            }
            assert!(
                began.elapsed() < APPEARS_WITHIN,
                "`{text}` does not appear in\n{seen}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits for the end, and returns the exit code and the whole output.
    pub async fn ended(mut self) -> (Option<i32>, String) {
        let status = tokio::time::timeout(APPEARS_WITHIN, self.child.wait()).await;
        let status = status.unwrap_or_else(|_| panic!("it does not end after\n{}", self.seen()));
        // The output just before the end is read a moment later.
        tokio::time::sleep(Duration::from_millis(200)).await;
        (status.expect("the program was started").code(), self.seen())
    }

    /// The output so far, without colours.
    fn seen(&self) -> String {
        let screen = self.screen.lock().unwrap_or_else(PoisonError::into_inner);
        without_escapes(&String::from_utf8_lossy(&screen))
    }
}

/// Reads until the last program has closed its end, which a terminal reports as an error.
fn read_all(mut terminal: File, screen: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = terminal.read(&mut buffer) {
        let mut screen = screen.lock().unwrap_or_else(PoisonError::into_inner);
        screen.extend_from_slice(&buffer[..length]);
    }
}

/// A text without control sequences (`ESC [`, parameters, and a letter), which move the cursor or set a colour.
fn without_escapes(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|character: char| character.is_ascii_alphabetic());
        plain.push_str(end.map_or("", |end| &part[end + 1..]));
    }
    plain
}
