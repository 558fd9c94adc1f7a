"""The lab as a server of the Model Context Protocol: a face over the operations for other agents."""
