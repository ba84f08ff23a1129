"""How well `diagnose_vms` finds what was planted: fault scenarios and healthy machines."""
