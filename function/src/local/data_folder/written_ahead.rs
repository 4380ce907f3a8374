//! PURE: how much of the write-ahead log is still readable.
//!
//! After a kill, SQLite reads its write-ahead log up to the first invalid frame, and treats the rest as an
//! interrupted transaction. So a damaged byte or a truncated log would silently lose acknowledged commits.
//! The log's index, which is shared memory and survives a kill, contains the number of committed frames.

/// How long the header of the index is. There are two of it, one behind the other.
const INDEX_HEADER: usize = 48;
/// How long the log's header is.
const LOG_HEADER: usize = 32;
/// How long the header of a frame is, which is followed by a page.
const FRAME_HEADER: usize = 24;

/// How many frames the index says were committed (<https://www.sqlite.org/walformat.html#the_wal_index_header>). `None` when it was
/// being written, or is none.
pub(super) fn committed(index: &[u8]) -> Option<usize> {
    let (first, second) = index.get(..2 * INDEX_HEADER)?.split_at(INDEX_HEADER);
    let is_whole = first == second && first[12] == 1;
    let frames = u32::from_ne_bytes(first[16..20].try_into().ok()?);
    usize::try_from(frames).ok().filter(|_| is_whole)
}

/// How many frames of the log can be read, from its beginning to the first that is not as it was written
/// (<https://www.sqlite.org/fileformat2.html#walformat>).
pub(super) fn readable(log: &[u8]) -> usize {
    let Some((header, mut frames)) = log.split_at_checked(LOG_HEADER) else {
        return 0;
    };
    let is_big_endian = match number(header, 0) {
        0x377f_0682 => false,
        0x377f_0683 => true,
        _ => return 0,
    };
    // A page is up to 64 KB long.
    let page = number(header, 8) as usize;
    let mut sum = Sum {
        is_big_endian,
        of: (0, 0),
    };
    sum.add(&header[..24]);
    if page == 0 || !sum.is(&header[24..]) {
        return 0;
    }
    let salts = &header[16..24];
    let mut readable = 0;
    while let Some((frame, rest)) = frames.split_at_checked(FRAME_HEADER + page) {
        sum.add(&frame[..8]);
        sum.add(&frame[FRAME_HEADER..]);
        if &frame[8..16] != salts || !sum.is(&frame[16..FRAME_HEADER]) {
            break;
        }
        readable += 1;
        frames = rest;
    }
    readable
}

/// The running checksum of a log (<https://www.sqlite.org/fileformat2.html#checksum_algorithm>).
struct Sum {
    is_big_endian: bool,
    of: (u32, u32),
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        let word = |bytes: &[u8]| {
            let number = number(bytes, 0);
            if self.is_big_endian {
                number
            } else {
                number.swap_bytes()
            }
        };
        for pair in bytes.chunks_exact(8) {
            self.of.0 = self.of.0.wrapping_add(word(pair)).wrapping_add(self.of.1);
            self.of.1 = self.of.1.wrapping_add(word(&pair[4..])).wrapping_add(self.of.0);
        }
    }

    fn is(&self, stored: &[u8]) -> bool {
        (number(stored, 0), number(stored, 4)) == self.of
    }
}

/// The big-endian number of four bytes at a place that is there.
fn number(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4]
        .iter()
        .fold(0, |number, byte| number << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rusqlite::Connection;
    use tempfile::TempDir;

    use super::*;

    /// The log and its index, as SQLite has them after some transactions.
    fn written() -> (Vec<u8>, Vec<u8>) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("a.db");
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE a (b)")
            .unwrap();
        for number in 0..5 {
            connection.execute("INSERT INTO a VALUES (?1)", [number]).unwrap();
        }
        let read = |suffix| fs::read(folder.path().join(format!("a.db-{suffix}"))).unwrap();
        (read("wal"), read("shm"))
    }

    #[test]
    fn all_that_was_committed_can_be_read_of_a_whole_log() {
        let (log, index) = written();
        let frames = committed(&index).unwrap();
        assert!(frames >= 7, "{frames}");
        assert_eq!(readable(&log), frames);
    }

    #[test]
    fn a_log_is_read_up_to_the_frame_that_was_damaged_or_cut() {
        let (log, _) = written();
        let page = 4_096;
        for frame in 0..4 {
            let begin = LOG_HEADER + frame * (FRAME_HEADER + page);
            // The page's number, a salt, the checksum, and the page's first and last byte.
            for offset in [0, 8, 16, FRAME_HEADER, FRAME_HEADER + page - 1] {
                let mut damaged = log.clone();
                damaged[begin + offset] ^= 1;
                assert_eq!(readable(&damaged), frame, "byte {offset} of frame {frame}");
            }
            assert_eq!(readable(&log[..begin]), frame);
            assert_eq!(readable(&log[..begin + 100]), frame);
        }
        for place in 0..LOG_HEADER {
            let mut damaged = log.clone();
            damaged[place] ^= 1;
            assert_eq!(readable(&damaged), 0, "byte {place} of the header");
        }
        assert_eq!(readable(&[]), 0);
    }

    #[test]
    fn an_index_that_was_being_written_says_nothing() {
        let (_, index) = written();
        let mut torn = index.clone();
        torn[16] ^= 1;
        assert_eq!(committed(&torn), None);
        assert_eq!(committed(&index[..90]), None);
        assert_eq!(committed(&[0; 200]), None);
    }
}
