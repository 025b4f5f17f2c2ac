export type Vr =
  | 'AE'
  | 'AS'
  | 'AT'
  | 'CS'
  | 'DA'
  | 'DS'
  | 'IS'
  | 'LO'
  | 'OB'
  | 'PX'
  | 'PN'
  | 'SH'
  | 'SQ'
  | 'ST'
  | 'TM'
  | 'UI'
  | 'UL'
  | 'US'
  | 'UT';

/** The elements that are written: tag and value representation (DICOM PS3.6). `PX` is OB or OW, by Bits Allocated. */
export const dictionary = {
  FileMetaInformationVersion: [0x00020001, 'OB'],
  MediaStorageSOPClassUID: [0x00020002, 'UI'],
  MediaStorageSOPInstanceUID: [0x00020003, 'UI'],
  TransferSyntaxUID: [0x00020010, 'UI'],
  ImplementationClassUID: [0x00020012, 'UI'],
  ImplementationVersionName: [0x00020013, 'SH'],
  SpecificCharacterSet: [0x00080005, 'CS'],
  ImageType: [0x00080008, 'CS'],
  SOPClassUID: [0x00080016, 'UI'],
  SOPInstanceUID: [0x00080018, 'UI'],
  StudyDate: [0x00080020, 'DA'],
  SeriesDate: [0x00080021, 'DA'],
  AcquisitionDate: [0x00080022, 'DA'],
  ContentDate: [0x00080023, 'DA'],
  StudyTime: [0x00080030, 'TM'],
  SeriesTime: [0x00080031, 'TM'],
  AcquisitionTime: [0x00080032, 'TM'],
  ContentTime: [0x00080033, 'TM'],
  AccessionNumber: [0x00080050, 'SH'],
  Modality: [0x00080060, 'CS'],
  Manufacturer: [0x00080070, 'LO'],
  ReferringPhysicianName: [0x00080090, 'PN'],
  CodeValue: [0x00080100, 'SH'],
  CodingSchemeDesignator: [0x00080102, 'SH'],
  CodeMeaning: [0x00080104, 'LO'],
  StudyDescription: [0x00081030, 'LO'],
  SeriesDescription: [0x0008103e, 'LO'],
  OperatorsName: [0x00081070, 'PN'],
  ManufacturerModelName: [0x00081090, 'LO'],
  ReferencedSeriesSequence: [0x00081115, 'SQ'],
  ReferencedInstanceSequence: [0x0008114a, 'SQ'],
  ReferencedSOPClassUID: [0x00081150, 'UI'],
  ReferencedSOPInstanceUID: [0x00081155, 'UI'],
  SourceImageSequence: [0x00082112, 'SQ'],
  DerivationImageSequence: [0x00089124, 'SQ'],
  DerivationCodeSequence: [0x00089215, 'SQ'],
  PatientName: [0x00100010, 'PN'],
  PatientID: [0x00100020, 'LO'],
  PatientBirthDate: [0x00100030, 'DA'],
  PatientSex: [0x00100040, 'CS'],
  PatientAge: [0x00101010, 'AS'],
  PatientIdentityRemoved: [0x00120062, 'CS'],
  DeidentificationMethod: [0x00120063, 'LO'],
  BodyPartExamined: [0x00180015, 'CS'],
  SliceThickness: [0x00180050, 'DS'],
  KVP: [0x00180060, 'DS'],
  SpacingBetweenSlices: [0x00180088, 'DS'],
  DataCollectionDiameter: [0x00180090, 'DS'],
  DeviceSerialNumber: [0x00181000, 'LO'],
  SoftwareVersions: [0x00181020, 'LO'],
  ReconstructionDiameter: [0x00181100, 'DS'],
  GantryDetectorTilt: [0x00181120, 'DS'],
  TableHeight: [0x00181130, 'DS'],
  ExposureTime: [0x00181150, 'IS'],
  XRayTubeCurrent: [0x00181151, 'IS'],
  ConvolutionKernel: [0x00181210, 'SH'],
  PatientPosition: [0x00185100, 'CS'],
  StudyInstanceUID: [0x0020000d, 'UI'],
  SeriesInstanceUID: [0x0020000e, 'UI'],
  StudyID: [0x00200010, 'SH'],
  SeriesNumber: [0x00200011, 'IS'],
  AcquisitionNumber: [0x00200012, 'IS'],
  InstanceNumber: [0x00200013, 'IS'],
  ImagePositionPatient: [0x00200032, 'DS'],
  ImageOrientationPatient: [0x00200037, 'DS'],
  FrameOfReferenceUID: [0x00200052, 'UI'],
  PositionReferenceIndicator: [0x00201040, 'LO'],
  SliceLocation: [0x00201041, 'DS'],
  FrameContentSequence: [0x00209111, 'SQ'],
  PlanePositionSequence: [0x00209113, 'SQ'],
  PlaneOrientationSequence: [0x00209116, 'SQ'],
  DimensionIndexValues: [0x00209157, 'UL'],
  DimensionOrganizationUID: [0x00209164, 'UI'],
  DimensionIndexPointer: [0x00209165, 'AT'],
  FunctionalGroupPointer: [0x00209167, 'AT'],
  DimensionOrganizationSequence: [0x00209221, 'SQ'],
  DimensionIndexSequence: [0x00209222, 'SQ'],
  DimensionDescriptionLabel: [0x00209421, 'LO'],
  SamplesPerPixel: [0x00280002, 'US'],
  PhotometricInterpretation: [0x00280004, 'CS'],
  NumberOfFrames: [0x00280008, 'IS'],
  Rows: [0x00280010, 'US'],
  Columns: [0x00280011, 'US'],
  PixelSpacing: [0x00280030, 'DS'],
  BitsAllocated: [0x00280100, 'US'],
  BitsStored: [0x00280101, 'US'],
  HighBit: [0x00280102, 'US'],
  PixelRepresentation: [0x00280103, 'US'],
  WindowCenter: [0x00281050, 'DS'],
  WindowWidth: [0x00281051, 'DS'],
  RescaleIntercept: [0x00281052, 'DS'],
  RescaleSlope: [0x00281053, 'DS'],
  RescaleType: [0x00281054, 'LO'],
  SpatialLocationsPreserved: [0x0028135a, 'CS'],
  LossyImageCompression: [0x00282110, 'CS'],
  PixelMeasuresSequence: [0x00289110, 'SQ'],
  PurposeOfReferenceCodeSequence: [0x0040a170, 'SQ'],
  SegmentationType: [0x00620001, 'CS'],
  SegmentSequence: [0x00620002, 'SQ'],
  SegmentedPropertyCategoryCodeSequence: [0x00620003, 'SQ'],
  SegmentNumber: [0x00620004, 'US'],
  SegmentLabel: [0x00620005, 'LO'],
  SegmentDescription: [0x00620006, 'ST'],
  SegmentAlgorithmType: [0x00620008, 'CS'],
  SegmentIdentificationSequence: [0x0062000a, 'SQ'],
  ReferencedSegmentNumber: [0x0062000b, 'US'],
  RecommendedDisplayCIELabValue: [0x0062000d, 'US'],
  SegmentedPropertyTypeCodeSequence: [0x0062000f, 'SQ'],
  ContentLabel: [0x00700080, 'CS'],
  ContentDescription: [0x00700081, 'LO'],
  ContentCreatorName: [0x00700084, 'PN'],
  StructureSetLabel: [0x30060002, 'SH'],
  StructureSetName: [0x30060004, 'LO'],
  StructureSetDate: [0x30060008, 'DA'],
  StructureSetTime: [0x30060009, 'TM'],
  ReferencedFrameOfReferenceSequence: [0x30060010, 'SQ'],
  RTReferencedStudySequence: [0x30060012, 'SQ'],
  RTReferencedSeriesSequence: [0x30060014, 'SQ'],
  ContourImageSequence: [0x30060016, 'SQ'],
  StructureSetROISequence: [0x30060020, 'SQ'],
  ROINumber: [0x30060022, 'IS'],
  ReferencedFrameOfReferenceUID: [0x30060024, 'UI'],
  ROIName: [0x30060026, 'LO'],
  ROIDisplayColor: [0x3006002a, 'IS'],
  ROIGenerationAlgorithm: [0x30060036, 'CS'],
  ROIContourSequence: [0x30060039, 'SQ'],
  ContourSequence: [0x30060040, 'SQ'],
  ContourGeometricType: [0x30060042, 'CS'],
  NumberOfContourPoints: [0x30060046, 'IS'],
  ContourData: [0x30060050, 'DS'],
  RTROIObservationsSequence: [0x30060080, 'SQ'],
  ObservationNumber: [0x30060082, 'IS'],
  ReferencedROINumber: [0x30060084, 'IS'],
  RTROIInterpretedType: [0x300600a4, 'CS'],
  ROIInterpreter: [0x300600a6, 'PN'],
  SharedFunctionalGroupsSequence: [0x52009229, 'SQ'],
  PerFrameFunctionalGroupsSequence: [0x52009230, 'SQ'],
  PixelData: [0x7fe00010, 'PX'],
} as const satisfies Record<string, readonly [tag: number, vr: Vr]>;

/** Of text and numbers the bytes of another file will do too, as they stand there. */
type ValueOf<V extends Vr> = V extends 'SQ'
  ? readonly DataSet[]
  : V extends 'OB'
    ? Uint8Array
    : V extends 'PX'
      ? Uint8Array | readonly Uint8Array[]
      : V extends 'AT' | 'DS' | 'IS' | 'UL' | 'US'
        ? number | readonly number[] | Uint8Array
        : string | readonly string[] | Uint8Array;

export type Keyword = keyof typeof dictionary;

/**
 * A DICOM data set by keyword, in any order. An empty string is a value of length 0 (type 2 elements), an element that is
 * undefined is not written. Pixel Data may be the bytes of all frames, or encapsulated frames one by one.
 */
export type DataSet = { readonly [K in Keyword]?: ValueOf<(typeof dictionary)[K][1]> | undefined };
