import type { CodedConcept } from '../dicom/derived/segment.ts';

/**
 * Anatomic regions by the Body Part Examined that names them (DICOM PS3.16 Annex L), those that a CT of head, neck and trunk
 * may have. SNOMED CT, meanings as in PS3.16 CID 4031 and CID 4.
 */
const REGIONS: Readonly<Record<string, readonly [value: string, meaning: string]>> = {
  ABDOMEN: ['818981001', 'Abdomen'],
  ABDOMENPELVIS: ['818982008', 'Abdomen and Pelvis'],
  ADRENAL: ['23451007', 'Adrenal gland'],
  BLADDER: ['89837001', 'Bladder'],
  BRAIN: ['12738006', 'Brain'],
  BREAST: ['76752008', 'Breast'],
  BRONCHUS: ['955009', 'Bronchus'],
  CERVIX: ['71252005', 'Cervix'],
  CHEST: ['816094009', 'Chest'],
  CHESTABDOMEN: ['416550000', 'Chest and Abdomen'],
  CHESTABDPELVIS: ['416775004', 'Chest, Abdomen and Pelvis'],
  COLON: ['71854001', 'Colon'],
  CSPINE: ['122494005', 'Cervical spine'],
  ESOPHAGUS: ['32849002', 'Esophagus'],
  FACE: ['89545001', 'Face'],
  HEAD: ['69536005', 'Head'],
  HEADNECK: ['774007', 'Head and Neck'],
  HEART: ['80891009', 'Heart'],
  HYPOPHARYNX: ['81502006', 'Hypopharynx'],
  JAW: ['661005', 'Jaw region'],
  KIDNEY: ['64033007', 'Kidney'],
  LARYNX: ['4596009', 'Larynx'],
  LIVER: ['10200004', 'Liver'],
  LSPINE: ['122496007', 'Lumbar spine'],
  LUNG: ['39607008', 'Lung'],
  MEDIASTINUM: ['72410000', 'Mediastinum'],
  MOUTH: ['123851003', 'Mouth'],
  NASOPHARYNX: ['360955006', 'Nasopharynx'],
  NECK: ['45048000', 'Neck'],
  NECKCHEST: ['417437006', 'Neck and Chest'],
  NECKCHESTABDOMEN: ['416152001', 'Neck, Chest and Abdomen'],
  NECKCHESTABDPELV: ['416319003', 'Neck, Chest, Abdomen and Pelvis'],
  OVARY: ['15497006', 'Ovary'],
  PANCREAS: ['15776009', 'Pancreas'],
  PAROTID: ['45289007', 'Parotid gland'],
  PELVIS: ['816092008', 'Pelvis'],
  PHARYNX: ['54066008', 'Pharynx'],
  PROSTATE: ['41216001', 'Prostate'],
  RECTUM: ['34402009', 'Rectum'],
  RETROPERITONEUM: ['82849001', 'Retroperitoneum'],
  RIB: ['113197003', 'Rib'],
  SKULL: ['89546000', 'Skull'],
  SPINE: ['421060004', 'Spine'],
  SPLEEN: ['78961009', 'Spleen'],
  STERNUM: ['56873002', 'Sternum'],
  STOMACH: ['69695003', 'Stomach'],
  // Since 2021 THORAX is CHEST; files have both.
  THORAX: ['816094009', 'Chest'],
  THYMUS: ['9875009', 'Thymus'],
  THYROID: ['69748006', 'Thyroid'],
  TONGUE: ['21974007', 'Tongue'],
  TRACHEA: ['44567001', 'Trachea'],
  TRACHEABRONCHUS: ['110726009', 'Trachea and bronchus'],
  TSPINE: ['122495006', 'Thoracic spine'],
  UTERUS: ['35039007', 'Uterus'],
  WHOLEBODY: ['38266002', 'Entire body'],
};

/** Body Part Examined values that a region is known for. */
export const BODY_PARTS: readonly string[] = Object.keys(REGIONS);

/** The region that a Body Part Examined names, none where it is empty or no term that is known. */
export function anatomicRegions(bodyPart: string): readonly CodedConcept[] {
  const term = bodyPart.trim().toUpperCase();
  if (!Object.hasOwn(REGIONS, term)) return [];
  const [value, meaning] = REGIONS[term];
  return [{ value, scheme: 'SCT', meaning }];
}
