//! The former name of `event-store serve`, which points to the new one.

use std::io::{self, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    // When it cannot be written there is nobody to tell.
    let _ = writeln!(
        io::stderr(),
        "error: `event-store-local` is now `event-store serve`\n  \
         hint: it takes the same options; `--data` names a folder, and `event-store move-in FILE DIR` moves a file into one"
    );
    ExitCode::from(64)
}
