//! What a small comparison trains, natively and in the browser.

use dropout_moments::network::Progress;

/// The settings of [`TRAINED`]: none is the default.
pub(crate) const TRAINING: &str = "p=0.4&seed=11&hidden=2&neurons=12&norm=batch&optimizer=momentum\
                                   &rates=matched&seeds=2&epochs=3";

/// The [`digest`] of the networks that are trained with [`TRAINING`].
pub(crate) const TRAINED: u64 = 10_715_354_385_467_488_297;

/// A number that another bit in what was measured of these networks would change (FNV-1a).
pub(crate) fn digest(networks: &[Progress]) -> u64 {
    let numbers = networks.iter().flat_map(Progress::to_numbers);
    numbers.fold(0xcbf2_9ce4_8422_2325, |digest, number| {
        (digest ^ number.to_bits()).wrapping_mul(0x100_0000_01b3)
    })
}
