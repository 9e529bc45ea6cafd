"""Sessions on disk, one file each: written before anything is shown, read whatever befell them, played back."""
