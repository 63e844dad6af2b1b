"""Optional backends over PyTorch libraries, imported only where a reference asks for one."""
