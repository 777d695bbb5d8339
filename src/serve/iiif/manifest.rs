//! A scan as a Presentation 3 manifest: its pages in order, each with its image.

use serde_json::{Value, json};

use super::super::app::Desk;
use super::super::error::Failure;
use super::name_of;
use super::words::Edition;
use crate::catalog::PageState;
use crate::model::PageKey;
use crate::model::ScanId;
use crate::model::Size;

/// Size of a canvas whose page was not read yet: A4 at 300 dots an inch.
const UNKNOWN: Size = Size { width: 2480, height: 3508 };

/// Address of a page's canvas; it names and is never fetched.
pub(super) fn canvas_id(base: &str, key: &PageKey) -> String {
    format!("{base}/iiif/presentation/3/{}/canvas/{}", key.scan, key.page)
}

/// The manifest; `base` is the address of this desk.
///
/// # Errors
///
/// If there is no such scan, or the catalog cannot be read.
pub(super) fn manifest(desk: &Desk, scan: &ScanId, base: &str) -> Result<Value, Failure> {
    let stored = desk.catalog.scan(scan)?.ok_or(Failure::NotFound { what: "scan" })?;
    let mut items = Vec::new();
    for page in desk.catalog.pages(scan)? {
        let text = desk.catalog.page_text(&page.key)?;
        let size = text.map_or(UNKNOWN, |text| text.original);
        let has_picture = !matches!(page.state, PageState::Quarantined(..));
        items.push(canvas(base, &page.key, size, has_picture));
    }
    let name = stored.path.rsplit('/').next().unwrap_or(&stored.path);
    Ok(json!({
        "@context": [
            "http://iiif.io/api/search/2/context.json",
            "http://iiif.io/api/presentation/3/context.json"
        ],
        "id": format!("{base}/iiif/presentation/3/{scan}/manifest.json"),
        "type": "Manifest",
        "label": { "none": [name] },
        "metadata": [
            { "label": { "vi": ["Tệp quét"], "en": ["Scanned file"] },
              "value": { "none": [stored.path] } },
            { "label": { "none": ["SHA-256"] }, "value": { "none": [scan.0] } },
        ],
        "viewingDirection": "left-to-right",
        "service": [
            {
                "id": format!("{base}/iiif/search/2/{scan}"),
                "type": "SearchService2",
            },
            {
                "@context": Edition::One.context(),
                "@id": format!("{base}/iiif/search/1/{scan}"),
                "@type": "SearchService1",
                "profile": "http://iiif.io/api/search/1/search",
            },
        ],
        "rendering": [{
            "id": format!("{base}/scan/{scan}/file.pdf"),
            "type": "Text",
            "label": { "none": ["PDF/A"] },
            "format": "application/pdf",
        }],
        "items": items,
    }))
}

fn canvas(base: &str, key: &PageKey, size: Size, has_picture: bool) -> Value {
    let id = canvas_id(base, key);
    let (width, height) = (size.width, size.height);
    let service = format!("{base}/iiif/3/{}", name_of(key));
    let painted = json!({
        "id": format!("{id}/image"),
        "type": "Annotation",
        "motivation": "painting",
        "target": id,
        "body": {
            "id": format!("{service}/full/max/0/default.jpg"),
            "type": "Image",
            "format": "image/jpeg",
            "width": width,
            "height": height,
            "service": [{ "id": service, "type": "ImageService3", "profile": "level2" }],
        },
    });
    let page = json!({
        "id": format!("{id}/page"),
        "type": "AnnotationPage",
        "items": if has_picture { vec![painted] } else { vec![] },
    });
    json!({
        "id": id,
        "type": "Canvas",
        "label": { "none": [key.page.to_string()] },
        "width": width,
        "height": height,
        "items": [page],
        "seeAlso": [{
            "id": format!("{base}/page/{}/{}/alto.xml", key.scan, key.page),
            "type": "Dataset",
            "format": "application/xml",
            "profile": "http://www.loc.gov/standards/alto/ns-v4#",
        }],
    })
}
