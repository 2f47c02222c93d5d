/** Both versions are used alike here, so the types of the newer one do. */
declare module 'express-4' {
  import express from 'express'
  export default express
}
