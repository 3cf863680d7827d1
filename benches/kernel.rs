//! The parts of the kernel, each by an experiment in which little else is to do.
//!
//! ```sh
//! cargo xtask bench
//! ```

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dropout_moments::network::Simulation;
use dropout_moments::sampling::{Block, Experiment};
use dropout_moments::settings::{SampleCount, Seed, Settings};

/// Of one chunk.
const SAMPLES: u64 = 1 << 20;

/// What is drawn for a sample, and the settings that draw it.
const PARTS: [(&str, &str); 6] = [
    ("a mask", "input=ones"),
    ("a mask and a uniform variate", "input=uniform"),
    ("a mask and a normal variate", ""),
    ("a mask and a normal variate after a ReLU", "input=relu"),
    ("a normal variate", "input=ones&scale=gaussian"),
    ("two normal variates", "scale=gaussian"),
];

fn parts(criterion: &mut Criterion) {
    for (group, with_sums) in [("draw", false), ("draw, sum and count", true)] {
        let mut group = criterion.benchmark_group(group);
        group.throughput(Throughput::Elements(SAMPLES));
        for (part, fragment) in PARTS {
            let settings = Settings::from_fragment(fragment).settings;
            let experiment = Experiment::new(&settings, SampleCount::FORUM, Seed(7));
            group.bench_function(part, |bencher| {
                if with_sums {
                    bencher.iter(|| experiment.run_chunk(0));
                } else {
                    bencher.iter(|| {
                        let mut drawn = 0;
                        experiment.draw_chunk(0, |block: &Block, size| {
                            drawn += size;
                            std::hint::black_box(block);
                        });
                        assert_eq!(drawn as u64, SAMPLES);
                    });
                }
            });
        }
    }
}

/// One of the four parts of the largest simulated network: 50 layers of 1024 units, 64 inputs in both
/// modes. The elements are multiplications with their additions.
fn layers(criterion: &mut Criterion) {
    let settings = Settings::from_fragment("layers=50&width=1024").settings;
    let simulation = Simulation::new(&settings, Seed(7));
    let mut group = criterion.benchmark_group("simulate");
    group.sample_size(10);
    group.throughput(Throughput::Elements(50 * 1024 * 1024 * 2 * 64));
    group.bench_function("a part of 50 layers", |bencher| {
        bencher.iter(|| assert_eq!(simulation.run_part(0).len(), 51 * 1024 * 8));
    });
}

criterion_group!(benches, parts, layers);
criterion_main!(benches);
