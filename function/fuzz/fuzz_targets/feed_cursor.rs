#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    event_store_function::fuzzing::feed_cursor(input);
});
