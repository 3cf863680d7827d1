//! The figures: each a function of plain data onto any plotters backend, be it a canvas, an SVG
//! file or a recorder in a test.
//!
//! A backend's plane is measured in *fine units*, [`UNIT`] to a CSS pixel. plotters rounds every
//! coordinate to a whole unit; with whole pixels, curves would be jagged.

mod caption;
mod convergence;
mod density;
mod depth;
mod layer;
mod mask;
mod plane;
mod ratio;
mod rules;
mod spirals;
mod study;
mod style;
mod svg;
mod training;
mod units;
mod variance;

pub use caption::{Caption, draw_paper};
pub use convergence::{decade_at, draw as draw_convergence};
pub use density::{activation_at, draw as draw_density};
pub use depth::{draw as draw_depth, layer_at};
pub use layer::{draw as draw_layer, output_at};
pub use mask::{draw as draw_mask, unit_at};
pub use ratio::{draw as draw_ratio, drop_probability_at, is_on_marker};
pub use rules::{activation_at as rules_activation_at, draw as draw_rules};
pub use spirals::{draw as draw_spirals, mask_at};
pub use study::{draw as draw_study, study_at};
pub use style::{Palette, UNIT};
pub use svg::{Ground, Picture, Svg};
pub use training::{draw as draw_training, training_at};
pub use units::{draw as draw_units, layer_unit_at};
pub use variance::{draw as draw_variance, variance_at};
