//! What the figures are called.

use crate::settings::Figure;

/// The name of a figure where it stands without its section: the title of an iframe, of a link's
/// preview, of a picture in the gallery.
#[must_use]
pub fn figure_title(figure: Figure) -> &'static str {
    match figure {
        Figure::Density => "Activations before and after dropout",
        Figure::Ratio => "How dropout changes the standard deviation",
        Figure::Convergence => "A measurement closes in on the exact ratio",
        Figure::Variance => "What the variance after dropout is made of",
        Figure::Mask => "One draw of the mask",
        Figure::Layer => "What dropout makes of a layer’s output",
        Figure::Units => "A layer under one mask",
        Figure::Rules => "What each dropout rule keeps",
        Figure::Training => "Networks trained with each dropout rule",
        Figure::Study => "What dropout costs four layers, and the factor",
        Figure::Spirals => "Two spirals, learnt with dropout",
        Figure::Depth => "Dropout through many layers",
    }
}
