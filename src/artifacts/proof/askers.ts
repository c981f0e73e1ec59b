/** Who asks for the images that K3s itself runs. */
export const K3S_ASKS = 'K3s'

/** Who asks for the device plugin's image. */
export const DEVICE_PLUGIN_ASKS = 'has_gpu'

/** Who asks for images besides: the description of the bundle. */
export const SPEC_ASKS = 'bundle.yaml'
