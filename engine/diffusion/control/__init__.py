"""Networks that steer a U-Net by a picture: ControlNets and T2I-Adapters of SD 1.x."""
