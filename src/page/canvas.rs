//! A canvas as a plotters backend that is sharp on every screen.

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::prelude::DrawingBackend;
use plotters_backend::{BackendColor, BackendStyle, BackendTextStyle, DrawingErrorKind};
use plotters_canvas::CanvasBackend;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::charts::UNIT;

/// plotters' canvas backend, with three things put right: its plane is measured in fine units, so
/// that curves are smooth; the backing store has the resolution of the screen, and at least two
/// pixels to a CSS pixel; and text is measured by the canvas, where plotters would lay out an
/// element in the document for every label.
pub(super) struct Surface {
    backend: CanvasBackend,
    context: CanvasRenderingContext2d,
    size: (u32, u32),
}

type Result<T> = std::result::Result<T, DrawingErrorKind<<Surface as DrawingBackend>::ErrorType>>;

impl Surface {
    /// An empty drawing area on the whole canvas; `None` where it has no size, since it is not
    /// shown.
    ///
    /// # Errors
    /// When the browser gives no 2D context.
    pub(super) fn area(
        canvas: &HtmlCanvasElement,
    ) -> std::result::Result<Option<DrawingArea<Self, Shift>>, JsValue> {
        let (width, height) = (canvas.client_width(), canvas.client_height());
        let (Ok(width), Ok(height)) = (u32::try_from(width), u32::try_from(height)) else {
            return Ok(None);
        };
        if width == 0 || height == 0 {
            return Ok(None);
        }
        let scale = web_sys::window()
            .map_or(1.0, |window| window.device_pixel_ratio())
            .clamp(2.0, 4.0);
        let pixels = |css: u32| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a positive number of pixels"
            )]
            let pixels = (f64::from(css) * scale).round() as u32;
            pixels
        };
        if (canvas.width(), canvas.height()) != (pixels(width), pixels(height)) {
            canvas.set_width(pixels(width));
            canvas.set_height(pixels(height));
        }
        let no_context = || JsValue::from_str("this browser draws on no canvas");
        let context: CanvasRenderingContext2d = canvas
            .get_context("2d")?
            .ok_or_else(no_context)?
            .unchecked_into();
        context.reset_transform()?;
        context.clear_rect(0.0, 0.0, canvas.width().into(), canvas.height().into());
        let units = scale / f64::from(UNIT);
        context.scale(units, units)?;
        context.set_line_join("round");
        let backend = CanvasBackend::with_canvas_object(canvas.clone()).ok_or_else(no_context)?;
        let surface = Self {
            backend,
            context,
            size: (width * UNIT, height * UNIT),
        };
        Ok(Some(surface.into_drawing_area()))
    }
}

impl DrawingBackend for Surface {
    type ErrorType = <CanvasBackend as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Result<()> {
        self.backend.ensure_prepared()
    }

    fn present(&mut self) -> Result<()> {
        self.backend.present()
    }

    fn draw_pixel(&mut self, point: (i32, i32), color: BackendColor) -> Result<()> {
        self.backend.draw_pixel(point, color)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: (i32, i32),
        to: (i32, i32),
        style: &S,
    ) -> Result<()> {
        self.backend.draw_line(from, to, style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: (i32, i32),
        bottom_right: (i32, i32),
        style: &S,
        fill: bool,
    ) -> Result<()> {
        self.backend
            .draw_rect(upper_left, bottom_right, style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = (i32, i32)>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result<()> {
        self.backend.draw_path(path, style)
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: (i32, i32),
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Result<()> {
        self.backend.draw_circle(center, radius, style, fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = (i32, i32)>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result<()> {
        self.backend.fill_polygon(path, style)
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        position: (i32, i32),
    ) -> Result<()> {
        self.backend.draw_text(text, style, position)
    }

    fn estimate_text_size<S: BackendTextStyle>(&self, text: &str, style: &S) -> Result<(u32, u32)> {
        let size = style.size();
        // The font as the backend's `draw_text` names it.
        self.context.set_font(&format!(
            "{} {size}px {}",
            style.style().as_str(),
            style.family().as_str()
        ));
        let width = self
            .context
            .measure_text(text)
            .map_or(0.0, |metrics| metrics.width());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast saturates"
        )]
        let size = (width.ceil() as u32, size.ceil() as u32);
        Ok(size)
    }
}
