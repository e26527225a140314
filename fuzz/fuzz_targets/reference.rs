//! The target `reference` under a fuzzer.
#![no_main]

use roadstead_oci::targets::TARGETS;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    for target in TARGETS.iter().filter(|target| target.name == "reference") {
        (target.run)(input);
    }
});
