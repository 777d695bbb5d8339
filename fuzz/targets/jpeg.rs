#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sohoa_fuzz::document(bytes, Some(sohoa_fuzz::intake::Format::Jpeg)));
